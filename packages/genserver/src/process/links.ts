import { ExitReason } from './exit-reason.js';
import type { Process } from './process.js';

/** Links two processes: whichever ends first sends the other an exit signal. At most one link between two (LINK-001, LINK-007). */
export function link(a: Process, b: Process): void {
  if (a === b) return; // LINK-008
  (a.links ??= new Set()).add(b);
  (b.links ??= new Set()).add(a);
}

/** Either side may remove it; harmless when there is none (LINK-010, LINK-012). */
export function unlink(a: Process, b: Process): void {
  a.links?.delete(b);
  b.links?.delete(a);
}

/** The ended process pulls its links: each peer gets the signal once (LINK-015). */
export function breakLinks(ended: Process, reason: ExitReason): void {
  const links = ended.links;
  if (links === undefined) return;
  ended.links = undefined;
  for (const peer of links) {
    peer.links?.delete(ended);
    ended.host.exitSignals.send(peer, ended, reason);
  }
}
