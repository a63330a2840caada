import { child, type ChildSpec, GenServer, type Self, type ServerRef } from '@rookery/genserver';
import { Tick } from './process-clock.js';

/** What a keeper is told at its start. */
export interface LoadKeeping {
  /** What it calls itself, for people. */
  readonly label: string;
  /** It is there. */
  readonly begin: (self: Self) => void;
  /** It has ended, and nobody had asked it to. */
  readonly close: () => void;
}

/** The process that loads belong to while their cache is not there. */
export class LoadKeeper extends GenServer {
  override init({ label, begin, close }: LoadKeeping): void {
    this.self.setLabel(label);
    this.self.signal.addEventListener('abort', close, { once: true });
    begin(this.self);
  }

  /** No load is left. */
  end(): void {
    this.self.stop();
  }

  override handleInfo(message: unknown): void {
    if (message instanceof Tick) message.run();
  }
}

export function keeperSpec(keeping: LoadKeeping): ChildSpec<ServerRef<LoadKeeper>> {
  return child(LoadKeeper, { args: [keeping] });
}
