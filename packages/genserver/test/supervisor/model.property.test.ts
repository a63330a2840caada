import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AutoShutdown, child, ExitReason, GenServer, type Restart, Runtime } from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';

class Worker extends GenServer {
  end(reason: ExitReason): void {
    this.self.stop(reason);
  }
}

interface Plan {
  readonly restart: Restart;
  readonly significant: boolean;
}

interface Limits {
  readonly autoShutdown: AutoShutdown;
  readonly maxRestarts: number;
  readonly maxSeconds: number;
}

const SIZE = 4;
const REASONS = [ExitReason.normal, ExitReason.shutdownWith('bye'), ExitReason.error('boom')];
const someLimits = fc.record<Limits>({
  autoShutdown: fc.constantFrom('never', 'any_significant', 'all_significant'),
  maxRestarts: fc.nat(4),
  maxSeconds: fc.integer({ min: 1, max: 3 }),
});
const plan = fc.record<Plan>({
  restart: fc.constantFrom('permanent', 'transient', 'temporary'),
  significant: fc.boolean(),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      id: fc.nat(SIZE - 1),
      reason: fc.constantFrom(...REASONS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('terminate' as const), id: fc.nat(SIZE - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 400, 999, 1_000, 1_001, 3_000) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The rules in their plainest form: who runs, and all times of restarts. */
class Model {
  isAlive = true;
  now = 0;
  readonly running: boolean[];
  readonly #restarts: number[] = [];

  constructor(
    private readonly plans: readonly Plan[],
    private readonly limits: Limits,
  ) {
    this.running = plans.map(() => true);
  }

  act(one: Step): void {
    if (one.kind === 'wait') this.now += one.ms;
    else if (!this.isAlive || this.running[one.id] !== true) return;
    else if (one.kind === 'terminate') this.running[one.id] = false;
    else this.#end(one.id, one.reason.kind === 'error');
    if (!this.isAlive) this.running.fill(false);
  }

  #end(id: number, isCrash: boolean): void {
    const { restart, significant } = this.plans[id] ?? { restart: 'temporary', significant: false };
    if (restart === 'permanent' || (restart === 'transient' && isCrash)) return this.#restart();
    this.running[id] = false;
    if (!significant) return;
    const others = this.plans.some((other, at) => other.significant && this.running[at] === true);
    if (this.limits.autoShutdown === 'any_significant' || !others) this.isAlive = false;
  }

  #restart(): void {
    this.#restarts.push(this.now);
    const recent = this.#restarts.filter((at) => at >= this.now - this.limits.maxSeconds * 1_000);
    if (recent.length > this.limits.maxRestarts) this.isAlive = false;
  }
}

/** No significant child that could never matter (SUP-096). */
function fit(plans: readonly Plan[], { autoShutdown }: Limits): readonly Plan[] {
  return plans.map(({ restart, significant }) => ({
    restart,
    significant: significant && autoShutdown !== 'never' && restart !== 'permanent',
  }));
}

async function perform(runtime: Runtime, clock: ManualClock, one: Step): Promise<void> {
  if (one.kind === 'wait') return clock.advance(one.ms);
  if (one.kind === 'end') runtime.ref(Worker, `${one.id}`).cast.end(one.reason);
  else if (runtime.whereis('root') !== undefined) {
    await runtime
      .supervisor('root')
      .terminateChild(`${one.id}`)
      .catch(() => {}); // a temporary one may be gone
  }
  await clock.advance(0);
}

test('a supervisor agrees with a naive model of restarts, their limit and automatic shutdown (SUP-044, SUP-047, SUP-050, SUP-097, SUP-099, SUP-101)', async () => {
  const plans = fc.array(plan, { minLength: SIZE, maxLength: SIZE });
  await fc.assert(
    fc.asyncProperty(someLimits, plans, fc.array(step, { maxLength: 25 }), async (given, rawPlans, steps) => {
      const [clock, fitting] = [new ManualClock(), fit(rawPlans, given)];
      const [runtime, model] = [new Runtime({ clock }), new Model(fitting, given)];
      const children = fitting.map((one, id) => child(Worker, { name: `${id}`, ...one }));
      await runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children, ...given });
      for (const one of steps) {
        await perform(runtime, clock, one);
        model.act(one);
        const running = fitting.map((_, id) => runtime.whereis(`${id}`) !== undefined);
        expect([runtime.whereis('root') !== undefined, running]).toEqual([model.isAlive, model.running]);
      }
      await runtime.shutdown();
    }),
    { numRuns: 150 },
  );
});
