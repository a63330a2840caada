import type { Ending } from '../scenario/scenario.js';
import type { Weighted } from './random.js';

/** What a scenario is about; the seed says which. */
export const THEMES = [
  'mixed',
  'intensity',
  'restart-fails',
  'start-fails',
  'auto-any',
  'auto-all',
  'admin',
  'deep',
  'shutdown',
  'batch',
  'kill-supervisor',
  'window',
] as const;

export type Theme = (typeof THEMES)[number];

export const ENDINGS: readonly Ending[] = [
  'boom',
  'boom',
  'normal',
  'shutdown',
  { shutdown: 'bye' },
  { error: 'bad' },
  'other',
];

/** A kind of step that a generator can make. */
export type Move =
  | 'exit'
  | 'signal'
  | 'killSupervisor'
  | 'signalSupervisor'
  | 'stopNested'
  | 'stopWorker'
  | 'batch'
  | 'terminateChild'
  | 'restartChild'
  | 'deleteChild'
  | 'startChild'
  | 'which'
  | 'count';

const crashes: Weighted<Move> = [
  [50, 'exit'],
  [15, 'signal'],
  [8, 'batch'],
  [6, 'stopNested'],
  [6, 'terminateChild'],
  [5, 'restartChild'],
  [5, 'which'],
  [5, 'count'],
];

const significantEnds: Weighted<Move> = [
  [45, 'exit'],
  [15, 'signal'],
  [10, 'terminateChild'],
  [10, 'restartChild'],
  [8, 'startChild'],
  [6, 'batch'],
  [6, 'count'],
];

/** Which steps a theme likes. */
export const MOVES: Record<Theme, Weighted<Move>> = {
  mixed: [
    [30, 'exit'],
    [12, 'signal'],
    [6, 'signalSupervisor'],
    [5, 'stopNested'],
    [5, 'stopWorker'],
    [6, 'batch'],
    [8, 'terminateChild'],
    [6, 'restartChild'],
    [5, 'deleteChild'],
    [7, 'startChild'],
    [5, 'which'],
    [5, 'count'],
  ],
  admin: [
    [12, 'exit'],
    [6, 'signal'],
    [20, 'terminateChild'],
    [18, 'restartChild'],
    [14, 'deleteChild'],
    [16, 'startChild'],
    [7, 'which'],
    [7, 'count'],
  ],
  batch: [
    [50, 'batch'],
    [25, 'exit'],
    [10, 'signal'],
    [8, 'which'],
    [7, 'count'],
  ],
  'kill-supervisor': [
    [40, 'killSupervisor'],
    [25, 'exit'],
    [10, 'signal'],
    [10, 'signalSupervisor'],
    [8, 'which'],
    [7, 'count'],
  ],
  shutdown: [
    [25, 'exit'],
    [15, 'signal'],
    [25, 'terminateChild'],
    [15, 'restartChild'],
    [10, 'stopNested'],
    [10, 'stopWorker'],
  ],
  'auto-any': significantEnds,
  'auto-all': significantEnds,
  intensity: crashes,
  'restart-fails': crashes,
  'start-fails': crashes,
  deep: crashes,
  window: crashes,
};
