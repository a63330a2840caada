export { LeakDetector, LeakError, type LeakScope } from './testing/leaks.js';
export { ManualClock } from './testing/manual-clock.js';
export { settle } from './testing/settle.js';
