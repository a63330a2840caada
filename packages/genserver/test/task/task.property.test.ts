import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ExitReason, isAbnormal, Runtime, type ServerRef, Task, type TaskResult } from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';
import { type Gate, gate, Probe } from '../gen-server/probe.js';
import { within } from './within.js';

const OWNERS = 2;
const TASKS = 5;
const task = fc.nat(TASKS - 1);

const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('finish', 'fail', 'kill', 'ignore', 'brutal', 'shutdown'), task }),
  fc.record({ kind: fc.constantFrom('await', 'yield'), task, ms: fc.constantFrom(0, 5, 20) }),
  fc.record({ kind: fc.constant('tick'), ms: fc.constantFrom(1, 5, 10) }),
  fc.record({ kind: fc.constant('ownerEnds'), owner: fc.nat(OWNERS - 1), reason: fc.constantFrom('normal', 'error') }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Question = Extract<Step, { readonly task: number }>;

/** What a task is in the model: a result that is there or not, a use, a link, and who waits until when. */
interface ModelTask {
  readonly owner: number;
  result: TaskResult<unknown> | undefined;
  use: string | undefined;
  isLinked: boolean;
  readonly waits: { readonly question: number; readonly kind: string; readonly until: number }[];
}

const boom = ExitReason.error('boom');
const show = (result: TaskResult<unknown> | undefined): string =>
  result === undefined ? 'nothing' : result.kind === 'ok' ? `ok ${String(result.value)}` : `exit ${result.reason.kind}`;

/** The rules in their plainest form. Answers are kept by the number of the question. */
class Model {
  readonly answers = new Map<number, string>();
  readonly ended = new Set<number>();
  readonly tasks: ModelTask[] = Array.from({ length: TASKS }, (_, index) => ({
    owner: index % OWNERS,
    result: undefined,
    use: undefined,
    isLinked: true,
    waits: [],
  }));
  #now = 0;

  settle(index: number, result: TaskResult<unknown>): void {
    const given = this.tasks[index];
    if (given === undefined || given.result !== undefined) return;
    given.result = result;
    for (const { question, kind } of given.waits.splice(0)) this.answer(given, question, kind);
    const reason = result.kind === 'exit' ? result.reason : ExitReason.normal;
    if (given.isLinked && reason.kind !== 'normal') this.endOwner(given.owner, reason);
  }

  answer(given: ModelTask, question: number, kind: string): void {
    if (given.result === undefined) return;
    if (kind === 'yield') given.use = 'taken';
    this.answers.set(question, show(given.result));
  }

  endOwner(owner: number, reason: ExitReason): void {
    if (this.ended.has(owner)) return;
    this.ended.add(owner);
    if (!isAbnormal(reason)) return;
    for (const [index, given] of this.tasks.entries()) {
      if (given.owner === owner && given.isLinked) this.settle(index, { kind: 'exit', reason });
    }
  }

  ask(question: number, { kind, task: index, ...rest }: Question): void {
    const given = this.tasks[index];
    if (given === undefined) return;
    if (kind === 'ignore') {
      this.answers.set(question, given.use === undefined ? show(given.result) : 'nothing');
      if (given.use === undefined) [given.use, given.isLinked] = ['ignored', false];
    } else if (kind === 'shutdown' || kind === 'brutal') this.#shutDown(question, index, given, kind);
    else if (given.use !== undefined) this.answers.set(question, 'used');
    else {
      if (kind === 'await') given.use = 'awaited';
      const until = this.#now + ('ms' in rest ? rest.ms : 0);
      if (given.result === undefined) given.waits.push({ question, kind, until });
      else this.answer(given, question, kind);
    }
  }

  tick(ms: number): void {
    this.#now += ms;
    for (const given of this.tasks) {
      for (const wait of given.waits.filter(({ until }) => until <= this.#now)) {
        given.waits.splice(given.waits.indexOf(wait), 1);
        this.answers.set(wait.question, wait.kind === 'yield' ? 'nothing' : 'timeout');
        if (wait.kind === 'await') given.use = 'given_up';
      }
    }
  }

  #shutDown(question: number, index: number, given: ModelTask, kind: string): void {
    if (given.use !== undefined) return void this.answers.set(question, 'exit noproc');
    given.use = 'shut_down';
    const asTold = kind === 'brutal' ? 'killed' : 'shutdown';
    given.isLinked = given.isLinked && given.result !== undefined;
    this.settle(index, { kind: 'exit', reason: kind === 'brutal' ? ExitReason.killed : ExitReason.shutdown });
    this.answers.set(question, show(given.result) === `exit ${asTold}` ? 'nothing' : show(given.result));
  }
}

/** The real thing: tasks of two servers, asked from outside any process. */
class World {
  readonly clock = new ManualClock();
  readonly runtime = new Runtime({ clock: this.clock });
  readonly answers = new Map<number, string>();
  readonly gates: Gate<unknown>[] = [];
  readonly tasks: Task<unknown>[] = [];
  owners: readonly ServerRef<Probe>[] = [];

  async start(): Promise<void> {
    this.owners = await Promise.all(Array.from({ length: OWNERS }, () => this.runtime.start(Probe)));
    for (let index = 0; index < TASKS; index++) {
      const own = gate<unknown>();
      this.gates.push(own);
      const [started] = await within(this.owners[index % OWNERS] as ServerRef<Probe>, (self) => [
        Task.async(self, () => own.opened),
      ]);
      this.tasks.push(started);
    }
    await this.clock.advance(0);
  }

  async ask(question: number, given: Question): Promise<void> {
    try {
      this.answers.set(question, await this.#answerTo(given));
    } catch (error) {
      this.answers.set(question, describeError(error));
    }
  }

  async #answerTo(given: Question): Promise<string> {
    const asked = this.tasks[given.task] as Task<unknown>;
    if (given.kind === 'ignore') return show(asked.ignore());
    if (given.kind === 'brutal') return show(await asked.shutdown('brutal_kill'));
    if (given.kind === 'shutdown') return show(await asked.shutdown());
    const ms = 'ms' in given ? given.ms : 0;
    if (given.kind === 'yield') return show(await asked.yield(ms));
    return `ok ${String(await asked.await({ timeoutMs: ms }))}`;
  }
}

function describeError(error: unknown): string {
  const { code, reason } = error as { readonly code: string; readonly reason?: ExitReason };
  if (code === 'ERR_GENSERVER_TASK_USED') return 'used';
  return code === 'ERR_GENSERVER_TASK_TIMEOUT' ? 'timeout' : `exit ${reason?.kind}`;
}

async function apply(world: World, model: Model, given: Step, number: number): Promise<void> {
  if (given.kind === 'tick') {
    await world.clock.advance(given.ms);
    return model.tick(given.ms);
  }
  if (given.kind === 'ownerEnds') return endOwner(world, model, given.owner, given.reason === 'normal');
  if (given.kind === 'finish') {
    world.gates[given.task]?.open(given.task);
    model.settle(given.task, { kind: 'ok', value: given.task });
  } else if (given.kind === 'fail') {
    world.gates[given.task]?.fail('boom');
    model.settle(given.task, { kind: 'exit', reason: boom });
  } else if (given.kind === 'kill') {
    world.runtime.kill(world.tasks[given.task] as Task<unknown>);
    model.settle(given.task, { kind: 'exit', reason: ExitReason.killed });
  } else {
    void world.ask(number, given);
    model.ask(number, given);
  }
  await world.clock.advance(0);
  model.tick(0);
}

async function endOwner(world: World, model: Model, index: number, isNormal: boolean): Promise<void> {
  const owner = world.owners[index] as ServerRef<Probe>;
  const reason = isNormal ? ExitReason.normal : boom;
  if (owner.isAlive) await world.runtime.stop(owner, reason);
  model.endOwner(index, reason);
  await world.clock.advance(0);
  model.tick(0);
}

test('tasks started, finished, failed, killed, awaited, yielded, shut down, ignored, timed out, orphaned: as in the plain model', async () => {
  const run = async (steps: readonly Step[]): Promise<void> => {
    const [world, model] = [new World(), new Model()];
    await world.start();
    for (const [number, given] of steps.entries()) await apply(world, model, given, number);
    expect(Array.from(world.answers).toSorted(([a], [b]) => a - b)).toEqual(
      Array.from(model.answers).toSorted(([a], [b]) => a - b),
    );
    expect(world.tasks.map(({ isAlive }) => isAlive)).toEqual(model.tasks.map(({ result }) => result === undefined));
    expect(world.owners.map(({ isAlive }) => isAlive)).toEqual(world.owners.map((_, owner) => !model.ended.has(owner)));
    await world.runtime.shutdown();
    expect([world.runtime.stats().processes, world.clock.pendingTimers]).toEqual([0, 0]);
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), run), { numRuns: 150 });
});
