import { isExitReason } from '../process/exit-reason.js';
import type { ServerStatus } from '../process/status.js';
import type { GenServer } from './gen-server.js';

/** What a server may show of itself, as its formatStatus says. Never throws: what cannot be shown is replaced by a text (GS-084). */
export function showStatus(server: GenServer<unknown>, about: Pick<ServerStatus, 'message' | 'reason'>): ServerStatus {
  try {
    const { state, ...fields } = Object.fromEntries(Object.entries(server)); // without what is ours, kept under a symbol
    const shown = server.formatStatus({ state, fields, ...about });
    // Nobody checks what plain JavaScript returns. Copied, as looking at it later must not throw.
    if (typeof shown === 'object' && shown !== null) return copyOf(shown);
    return hidden(server, about, `gave ${typeof shown}`);
  } catch (error) {
    return hidden(server, about, `failed: ${messageOf(error)}`);
  }
}

/** What is left out, or makes no sense, is hidden. */
function copyOf({ state, fields, message, reason }: ServerStatus): ServerStatus {
  const shownFields = typeof fields === 'object' && fields !== null ? fields : {};
  return { state, fields: shownFields, message, reason: isExitReason(reason) ? reason : undefined };
}

/** Whatever was thrown, looking at it must not throw again. */
function messageOf(error: unknown): string {
  try {
    if (error instanceof Error) return error.message;
  } catch {
    // a getter that throws, a revoked proxy
  }
  return 'what it threw is no Error';
}

/** Nothing of what formatStatus might have hidden. */
function hidden(
  server: GenServer<unknown>,
  { message, reason }: Pick<ServerStatus, 'message' | 'reason'>,
  problem: string,
): ServerStatus {
  const state = `(formatStatus of ${server.constructor.name} ${problem})`;
  return { state, fields: {}, message: message && { ...message, args: [] }, reason };
}
