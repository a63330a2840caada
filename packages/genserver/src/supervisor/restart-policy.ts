import type { Restart } from '../gen-server/child-defaults.js';
import { type ExitReason, isAbnormal } from '../process/exit-reason.js';

export const RESTARTS: readonly Restart[] = ['permanent', 'transient', 'temporary'];

/** Which exits are answered with a restart (SUP-026 to SUP-029). */
export const shouldRestart: Record<Restart, (reason: ExitReason) => boolean> = {
  permanent: () => true,
  transient: isAbnormal,
  temporary: () => false,
};
