import type { ExitReason } from '../process/exit-reason.js';
import type { ApplicationType } from './options.js';

/** Whether the end of an application's tree takes all others, and the program, down (APP-013). `shutdown`, with which a root gives up, counts as abnormal here. */
export const isFatal: Record<ApplicationType, (reason: ExitReason) => boolean> = {
  permanent: () => true,
  transient: ({ kind }) => kind !== 'normal',
  temporary: () => false,
};
