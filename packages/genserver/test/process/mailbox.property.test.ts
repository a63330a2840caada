import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Mailbox } from '../../src/process/mailbox.js';
import { Message } from '../../src/process/message.js';

/** What is done to a mailbox: so many pushes at the back or at the front, or so many shifts. */
const step = fc.record({
  kind: fc.constantFrom('push', 'pushFront', 'shift'),
  // Far above the size of a chunk, so that chunks fill up, run dry and are let go of.
  times: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 5 }), weight: 4 }, fc.integer({ min: 1000, max: 3000 })),
});

test('a mailbox is first in, first out, except for what is put to the front: like an array', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const mailbox = new Mailbox();
      const model: Message[] = [];
      for (const { kind, times } of steps) {
        for (let time = 0; time < times; time++) {
          const message = new Message('info', 'x', time);
          if (kind === 'push') {
            mailbox.push(message);
            model.push(message);
          } else if (kind === 'pushFront') {
            mailbox.pushFront(message);
            model.unshift(message);
          } else if (mailbox.shift() !== model.shift()) throw new Error('Another message than that of the model.');
        }
        expect(mailbox.size).toBe(model.length);
      }
      for (const message of model) if (mailbox.shift() !== message) throw new Error('The rest is in another order.');
      expect([mailbox.size, mailbox.shift()]).toEqual([0, undefined]);
    }),
    { numRuns: 60 },
  );
});
