import type { Outlet } from '../../src/presence/outlet.js';

/** A socket without a network: as slow as a test wants it to be. */
export class FakeOutlet implements Outlet {
  bufferedBytes = 0;
  readonly sent: { readonly event: string; readonly data: unknown }[] = [];
  /** Each `close`, as code and reason. */
  readonly closed: (readonly [code: number, reason: string])[] = [];

  send(frame: string): void {
    this.sent.push(JSON.parse(frame) as { readonly event: string; readonly data: unknown });
  }

  close(code: number, reason: string): void {
    this.closed.push([code, reason]);
  }

  /** What was sent as this event, the latest last. */
  of(event: string): readonly unknown[] {
    return this.sent.flatMap((each) => (each.event === event ? [each.data] : []));
  }
}
