export { crash, CrashedByTestError, type CrashOutcome } from './testing/crash.js';
export { hang, Hung } from './testing/hang.js';
export { LeakDetector, type LeakDetectorOptions, LeakError, type LeakScope } from './testing/leaks.js';
export { ManualClock } from './testing/manual-clock.js';
export { settle } from './testing/settle.js';
