import { afterEach, beforeEach } from '@jest/globals';
import {
  type ApplicationOptions,
  type ApplicationRoot,
  child,
  type ChildSpec,
  type ExitReason,
  formatReason,
  GenServer,
  type Restart,
  type Shutdown,
} from '../../src/index.js';

/** Writes down its life, and does what the test tells it. */
export class Part extends GenServer {
  #lines: string[] = [];
  #plan: PartPlan = {};

  override async init(lines: string[], plan: PartPlan): Promise<void> {
    [this.#lines, this.#plan] = [lines, plan];
    this.self.trapExit(plan.trapExit !== false);
    await plan.starting;
    if (plan.failure !== undefined) throw plan.failure;
    this.#note('start');
  }

  override async terminate(reason: ExitReason): Promise<void> {
    this.#note(`end (${formatReason(reason)})`);
    await this.#plan.ending;
  }

  run<T>(work: (part: this) => T): T {
    return work(this);
  }

  #note(what: string): void {
    this.#lines.push(`${what} ${this.self.name}`);
  }
}

/** How a part behaves. */
export interface PartPlan {
  readonly trapExit?: boolean;
  readonly restart?: Restart;
  readonly shutdownMs?: Shutdown;
  /** Its init waits for it. */
  readonly starting?: Promise<unknown>;
  /** Its init throws it. */
  readonly failure?: Error;
  /** Its terminate waits for it. */
  readonly ending?: Promise<unknown>;
}

/** What happened, in order. */
export class Story {
  readonly lines: string[] = [];

  part(name: string, plan: PartPlan = {}): ChildSpec {
    const { restart, shutdownMs } = plan;
    return child(Part, {
      name,
      args: [this.lines, plan],
      ...(restart !== undefined && { restart }),
      ...(shutdownMs !== undefined && { shutdownMs }),
    });
  }

  tree(...parts: readonly (ChildSpec | string)[]): ApplicationRoot {
    const children = parts.map((part) => (typeof part === 'string' ? this.part(part) : part));
    return { strategy: 'one_for_one', maxRestarts: 0, children };
  }

  /** An application whose callbacks write down that they ran. */
  application(name: string, root: ApplicationRoot): ApplicationOptions<string> {
    return {
      name,
      start: () => {
        this.lines.push(`boot ${name}`);
        return { root, state: `${name} up` };
      },
      prepStop: (state) => {
        this.lines.push(`prepStop ${state}`);
        return `${name} prepared`;
      },
      stop: (state) => void this.lines.push(`stop ${state}`),
    };
  }

  note(line: string): void {
    this.lines.push(line);
  }

  /** What has happened since it was asked last. */
  take(): readonly string[] {
    return this.lines.splice(0);
  }
}

/** What a stop reports; the rest is as when nothing went wrong. */
export function report(application: string, rest: object = {}): object {
  return { application, cause: { kind: 'stop' }, killed: [], leftOver: [], errors: [], ...rest };
}

export const never = new Promise<never>(() => {});

/** The exit code is the program's, not a test's: what a test sets is taken back. */
export function useExitCode(): void {
  let before: typeof process.exitCode;
  beforeEach(() => {
    before = process.exitCode;
    process.exitCode = undefined;
  });
  afterEach(() => {
    process.exitCode = before;
  });
}
