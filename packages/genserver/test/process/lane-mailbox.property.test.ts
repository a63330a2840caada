import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { LaneMailbox } from '../../src/process/lane-mailbox.js';
import { Mailbox } from '../../src/process/mailbox.js';
import { Message, type MessageKind } from '../../src/process/message.js';
import type { MailboxLimit, MessageQueue } from '../../src/process/message-queue.js';

const KINDS = ['call', 'cast', 'info', 'exit', 'timeout', 'sys', 'stop'] as const satisfies readonly MessageKind[];

/** Names of infos: what others send counts, what the system tells does not. */
const INFOS = ['send', 'timer', 'down'] as const;

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('push' as const),
        kind: fc.constantFrom(...KINDS),
        info: fc.constantFrom(...INFOS),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('pushFront' as const), kind: fc.constantFrom('continue', 'stop') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('pushUrgent' as const), kind: fc.constantFrom('sys', 'stop') }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('shift' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('suspend' as const), flag: fc.boolean() }) },
  ),
  { maxLength: 120 },
);

type Step = typeof steps extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

const anyLimit = fc.option(
  fc.record({
    limit: fc.integer({ min: 1, max: 4 }),
    overflow: fc.constantFrom('reject', 'drop_newest', 'drop_oldest'),
  }),
  { nil: undefined },
) as fc.Arbitrary<MailboxLimit | undefined>;

/** The naive mailbox: three arrays, searched from the start each time. */
class Model {
  readonly front: Message[] = [];
  readonly urgent: Message[] = [];
  readonly rest: Message[] = [];
  readonly dropped: Message[] = [];
  isSuspended = false;

  constructor(private readonly limit: MailboxLimit | undefined) {}

  get size(): number {
    return this.front.length + this.urgent.length + this.rest.length;
  }

  get isReady(): boolean {
    return [...this.front, ...this.urgent, ...this.rest].some((message) => this.#isOpen(message));
  }

  push(message: Message): boolean {
    const users = this.rest.filter(isLimited);
    if (this.limit === undefined || !isLimited(message) || users.length < this.limit.limit) {
      this.rest.push(message);
      return true;
    }
    const [oldest = message] = users;
    if (this.limit.overflow === 'drop_oldest') this.rest.splice(this.rest.indexOf(oldest), 1);
    if (this.limit.overflow === 'drop_oldest') this.rest.push(message);
    this.dropped.push(this.limit.overflow === 'drop_oldest' ? oldest : message);
    return this.limit.overflow !== 'reject';
  }

  /** Nobody asks to remove what stands in front of the others. */
  remove(isUnwanted: (message: Message) => boolean): void {
    this.rest.splice(0, Infinity, ...this.rest.filter((message) => !isUnwanted(message)));
  }

  shift(): Message | undefined {
    for (const lane of [this.front, this.urgent, this.rest]) {
      const index = lane.findIndex((message) => this.#isOpen(message));
      if (index !== -1) return lane.splice(index, 1)[0];
    }
    return undefined;
  }

  #isOpen({ kind }: Message): boolean {
    return !this.isSuspended || kind === 'sys' || kind === 'stop';
  }
}

function isLimited({ kind, name }: Message): boolean {
  return kind === 'call' || kind === 'cast' || (kind === 'info' && name === 'send');
}

function isDown({ kind, name }: Message): boolean {
  return kind === 'info' && name === 'down';
}

/** One step on both; returns what each gave. */
function take(step: Step, queue: MessageQueue, model: Model): readonly [unknown, unknown] {
  if (step.do === 'shift') return [queue.shift(), model.shift()];
  if (step.do === 'suspend') return [undefined, undefined];
  if (step.do === 'remove') return [queue.remove(isDown), model.remove(isDown)];
  const message = new Message(step.kind, step.do === 'push' ? step.info : 'x', undefined);
  if (step.do === 'push') return [queue.push(message), model.push(message)];
  if (step.do === 'pushFront') return [queue.pushFront(message), void model.front.unshift(message)];
  return [queue.pushUrgent(message), void model.urgent.push(message)];
}

test('a mailbox with lanes is like three arrays: front, urgent, the rest; with a limit for what users send, and held back while suspended', () => {
  fc.assert(
    fc.property(anyLimit, steps, (limit, list) => {
      const dropped: Message[] = [];
      const queue = new LaneMailbox(limit, (message) => void dropped.push(message));
      const model = new Model(limit);
      for (const step of list) {
        if (step.do === 'suspend') queue.isSuspended = model.isSuspended = step.flag;
        const [actual, expected] = take(step, queue, model);
        if (actual !== expected) throw new Error(`${step.do} gave something else than the model`);
        expect([queue.size, queue.isReady]).toEqual([model.size, model.isReady]);
      }
      expect(dropped.length === model.dropped.length && dropped.every((one, at) => one === model.dropped[at])).toBe(
        true,
      );
    }),
    { numRuns: 500 },
  );
});

test('a plain mailbox is the same without limit and suspension', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const [queue, model] = [new Mailbox(), new Model(undefined)];
      for (const step of list) {
        const [actual, expected] = take(step, queue, model);
        if (actual !== expected) throw new Error(`${step.do} gave something else than the model`);
        expect([queue.size, queue.isReady]).toEqual([model.size, model.isReady]);
      }
    }),
    { numRuns: 300 },
  );
});

test('a mailbox of 100,000 drops its oldest without moving the others', () => {
  const queue = new LaneMailbox({ limit: 100_000, overflow: 'drop_oldest' }, () => undefined);
  const message = new Message('cast', 'x', []);
  for (let sent = 0; sent < 100_000; sent++) queue.push(message);
  // What makes a drop cost as much as the mailbox is long, counted instead of timed.
  const moves = [jest.spyOn(Array.prototype, 'shift'), jest.spyOn(Array.prototype, 'splice')];
  for (let sent = 0; sent < 100_000; sent++) queue.push(message);
  for (const move of moves) expect(move).not.toHaveBeenCalled();
  expect(queue.size).toBe(100_000);
});
