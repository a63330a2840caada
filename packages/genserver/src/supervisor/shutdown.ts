import type { Shutdown } from '../gen-server/child-defaults.js';
import { CallMessage } from '../process/call-message.js';
import { ExitReason } from '../process/exit-reason.js';
import { unlink } from '../process/links.js';
import type { Process } from '../process/process.js';
import type { ClockTimer } from '../runtime/clock.js';
import type { ChildSpec } from './child-spec.js';

/**
 * Stops one child: asks, waits, kills. Resolves with its exit reason once it is gone. The link is taken away first, so that
 * this exit does not come back to the supervisor as news (SUP-040, SUP-063 to SUP-070).
 */
export function shutDown(child: Process, limit: Shutdown, supervisor: Process): Promise<ExitReason> {
  return new Promise((resolve) => {
    let timer: ClockTimer | undefined;
    unlink(supervisor, child);
    if (child.status === 'ended') return resolve(child.exitReason ?? ExitReason.noproc);
    const stopWaiting = noteWaiting(child, supervisor);
    const exited = (_: Process, reason: ExitReason): void => {
      timer?.cancel();
      stopWaiting();
      resolve(reason);
    };
    (child.watchers ??= new Set()).add({ exited });
    if (limit === 'brutal_kill') return child.kill();
    child.host.exitSignals.send(child, supervisor, ExitReason.shutdown);
    if (limit === 0) return child.kill(); // no effect on one that the signal has ended (SUP-065)
    if (limit === 'infinity' || isEnded(child)) return;
    timer = child.host.clock.setTimer(limit, () => child.kill());
  });
}

/** Whether a child that was told to stop ended as it should: else that is reported, and nothing more (SUP-068, DYN-025). */
export function isCleanStop({ shutdownMs, restart }: ChildSpec, { kind, ...rest }: ExitReason): boolean {
  if (shutdownMs === 'brutal_kill') return kind === 'killed';
  const isPlainShutdown = kind === 'shutdown' && !('detail' in rest && rest.detail !== undefined);
  return isPlainShutdown || (restart !== 'permanent' && (kind === 'normal' || kind === 'shutdown'));
}

/** A child whose terminate calls its supervisor, which waits for it, must hear of the cycle instead of waiting in vain. */
function noteWaiting(child: Process, supervisor: Process): () => void {
  const request = new CallMessage('stop', 'shutdown', ExitReason.shutdown, 0, ignored, ignored);
  request.receiver = child;
  request.origin = supervisor.activity;
  (supervisor.waitsFor ??= new Set()).add(request);
  return () => void request.resolve(undefined);
}

function ignored(): void {}

function isEnded(child: Process): boolean {
  return child.status === 'ended';
}
