import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LaneMailbox } from '../../src/process/lane-mailbox.js';
import { Mailbox } from '../../src/process/mailbox.js';
import { Message } from '../../src/process/message.js';
import type { MessageQueue } from '../../src/process/message-queue.js';

/** What is done to a mailbox: so many pushes at the back or at the front, so many shifts, or some taken out of the middle. */
const step = fc.record({
  kind: fc.constantFrom('push', 'pushFront', 'shift', 'remove'),
  // Far above the size of a chunk, so that chunks fill up, run dry and are let go of.
  times: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 5 }), weight: 4 }, fc.integer({ min: 1000, max: 3000 })),
});

/** Two arrays: what was put to the front, and the others. */
class Model {
  readonly #front: Message[] = [];
  #others: Message[] = [];

  get size(): number {
    return this.#front.length + this.#others.length;
  }

  push(message: Message): void {
    this.#others.push(message);
  }

  pushFront(message: Message): void {
    this.#front.unshift(message);
  }

  shift(): Message | undefined {
    return this.#front.shift() ?? this.#others.shift();
  }

  remove(isUnwanted: (message: Message) => boolean): void {
    this.#others = this.#others.filter((message) => !isUnwanted(message));
  }
}

test.each([
  ['a mailbox', (): MessageQueue => new Mailbox()],
  ['a mailbox with lanes', (): MessageQueue => new LaneMailbox(undefined, () => undefined)],
])(
  '%s is first in, first out, except for what is put to the front or taken out: like an array (PROC-020, PROC-043)',
  (_, make) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const mailbox = make();
        const model = new Model();
        const both = (act: (queue: MessageQueue | Model) => unknown): void => {
          if (act(mailbox) !== act(model)) throw new Error('Another message than that of the model.');
        };
        for (const { kind, times } of steps) {
          if (kind === 'remove') {
            for (const queue of [mailbox, model]) queue.remove(({ payload }) => (payload as number) % 3 === times % 3);
          } else if (kind === 'shift') {
            for (let time = 0; time < times; time++) both((queue) => queue.shift());
          } else {
            for (let time = 0; time < times; time++) {
              const message = new Message('info', 'x', time);
              for (const queue of [mailbox, model]) queue[kind](message);
            }
          }
          expect(mailbox.size).toBe(model.size);
        }
        while (model.size > 0) both((queue) => queue.shift());
        expect([mailbox.size, mailbox.shift()]).toEqual([0, undefined]);
      }),
      { numRuns: 60 },
    );
  },
);
