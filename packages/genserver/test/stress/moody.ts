import {
  type Clock,
  Down,
  Exit,
  ExitReason,
  GenServer,
  type MonitorRef,
  type Pid,
  type Runtime,
} from '../../src/index.js';
import type { Dice } from './dice.js';
import type { Witness } from './witness.js';

/** What a moody server lives in. */
export interface World {
  readonly runtime: Runtime;
  readonly dice: Dice;
  readonly witness: Witness;
  readonly clock: Clock;
  /** Real milliseconds for each of the test's. */
  readonly pace: number;
}

const REASONS = [ExitReason.normal, ExitReason.shutdown, ExitReason.error(new Error('bad day'))];

export function anyReason(dice: Dice): ExitReason {
  return dice.pick(REASONS) ?? ExitReason.normal;
}

export function wait({ clock, pace }: World, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(ms * pace, resolve));
}

/** Starts and stops slowly, fails to start, fails to stop, meets others: as the dice say. */
export class Moody extends GenServer {
  #world!: World;
  readonly #monitors: MonitorRef[] = [];

  override async init(world: World): Promise<void> {
    this.#world = world;
    const { dice, witness } = world;
    if (dice.chance(40)) {
      this.self.trapExit(true);
      witness.traps(this.self.pid);
    }
    if (dice.chance(30)) await wait(world, 1 + dice.roll(20));
    if (dice.chance(2)) throw new Error('no start today');
  }

  override handleInfo(message: unknown): void {
    if (message instanceof Down) this.#world.witness.hearsDown(this.self.pid, message);
    if (message instanceof Exit) this.#world.witness.hearsExit(this.self.pid, message.from);
  }

  override async terminate(): Promise<void> {
    const { dice } = this.#world;
    if (dice.chance(40)) await wait(this.#world, dice.roll(80));
    if (dice.chance(10)) throw new Error('no clean end today');
  }

  end(reason: ExitReason): void {
    this.self.stop(reason);
  }

  async work(): Promise<string> {
    const { dice } = this.#world;
    if (dice.chance(50)) await wait(this.#world, dice.roll(30));
    if (dice.chance(20)) throw new Error('overworked');
    return 'done';
  }

  /** Links with another one, watches it, or no more, or asks it something. */
  async meet(name: string): Promise<void> {
    const { dice, runtime } = this.#world;
    const other = runtime.whereis(name);
    const how = dice.roll(6);
    if (how === 0) return this.#tie(other);
    if (how === 1) return this.#untie(other);
    if (how === 2) return this.#forget();
    if (how < 5) return this.#watch(name, other);
    await runtime
      .ref(Moody, name)
      .call.work()
      .catch(() => {}); // in a circle, perhaps: that is an answer, too
  }

  #tie(other: Pid | undefined): void {
    if (other === undefined || other === this.self.pid) return;
    this.self.link(other);
    this.#world.witness.links(this.self.pid, other);
  }

  #untie(other: Pid | undefined): void {
    if (other === undefined) return;
    this.self.unlink(other);
    this.#world.witness.unlinks(this.self.pid, other);
  }

  #watch(name: string, other: Pid | undefined): void {
    const ref = this.self.monitor(name);
    this.#monitors.push(ref);
    this.#world.witness.monitors(this.self.pid, ref, other);
  }

  #forget(): void {
    const ref = this.#monitors.pop();
    if (ref === undefined) return;
    this.self.demonitor(ref);
    this.#world.witness.demonitors(this.self.pid, ref);
  }
}
