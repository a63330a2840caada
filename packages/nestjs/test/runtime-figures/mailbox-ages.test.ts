import { expect, test } from '@jest/globals';
import { MailboxAges } from '../../src/integrations/runtime-figures/mailbox-ages.js';

const box = (pid: number, size: number, taken: number, overflow?: 'drop_oldest') => {
  return { pid: pid as never, size, taken, overflow };
};

test('messages that were not taken between two looks have waited all the time', () => {
  const ages = new MailboxAges();
  expect(ages.look([box(1, 3, 10), box(2, 0, 5)], 0)).toEqual({ messages: 3, longest: 3, oldestMs: 0 });
  expect(ages.look([box(1, 5, 12), box(2, 1, 5)], 100)).toEqual({ messages: 6, longest: 5, oldestMs: 100 });
  expect(ages.look([box(1, 4, 13), box(2, 1, 5)], 250)).toEqual({ messages: 5, longest: 4, oldestMs: 150 });
  expect(ages.look([box(1, 4, 30), box(2, 0, 6)], 300)).toEqual({ messages: 4, longest: 4, oldestMs: 0 });
});

test('a process that has ended is forgotten', () => {
  const ages = new MailboxAges();
  ages.look([box(1, 3, 0)], 0);
  expect(ages.look([], 100)).toEqual({ messages: 0, longest: 0, oldestMs: 0 });
  expect(ages.look([box(1, 3, 0)], 200)).toEqual({ messages: 3, longest: 3, oldestMs: 0 });
});

test('of a mailbox that drops its oldest, nothing is said that may not be so', () => {
  const ages = new MailboxAges();
  ages.look([box(1, 3, 0, 'drop_oldest')], 0);
  expect(ages.look([box(1, 3, 0, 'drop_oldest')], 100)).toEqual({ messages: 3, longest: 3, oldestMs: 0 });
});
