import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Delivery, DeliveryFigures, SLOW_BYTES, TOO_SLOW_MS } from '../../src/presence/delivery.js';
import { News } from '../../src/presence/presence.js';
import { FakeOutlet } from '../support/fake-outlet.js';

function newDelivery(): { outlet: FakeOutlet; figures: DeliveryFigures; delivery: Delivery } {
  const [outlet, figures] = [new FakeOutlet(), new DeliveryFigures()];
  return { outlet, figures, delivery: new Delivery(outlet, figures) };
}

const news = (topic: string, data: unknown): News => new News(topic, topic, data);

describe('a client that keeps up', () => {
  test('gets everything at once', () => {
    const { outlet, figures, delivery } = newDelivery();
    expect([1, 2, 3].map((n) => delivery.push(news('a', n), 0))).toEqual([false, false, false]);
    expect(outlet.of('a')).toEqual([1, 2, 3]);
    expect(figures).toMatchObject({ sent: 3, skipped: 0, letGo: 0 });
  });
});

test('news for many are made into text once', () => {
  let made = 0;
  const [first, second] = [newDelivery(), newDelivery()];
  const shared = news('a', { toJSON: () => ++made });
  for (const { delivery } of [first, second]) delivery.push(shared, 0);
  expect([first.outlet.of('a'), second.outlet.of('a'), made]).toEqual([[1], [1], 1]);
});

describe('a slow client', () => {
  test('gets of each topic the latest once it has caught up, in the order of the topics; what was skipped is counted', () => {
    const { outlet, figures, delivery } = newDelivery();
    outlet.bufferedBytes = SLOW_BYTES + 1;
    const isFirst = [news('a', 1), news('b', 1), news('a', 2), news('a', 3)].map((each) => delivery.push(each, 0));
    expect(isFirst).toEqual([true, false, false, false]);
    expect(delivery.look(100)).toBe('waits');
    expect(outlet.sent).toEqual([]);
    outlet.bufferedBytes = SLOW_BYTES;
    expect(delivery.look(200)).toBe('sent');
    expect(outlet.sent.map(({ event, data }) => [event, data])).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
    expect(figures).toMatchObject({ sent: 2, skipped: 2, letGo: 0 });
  });

  test('is not overtaken by news that come as it catches up', () => {
    const { outlet, delivery } = newDelivery();
    outlet.bufferedBytes = SLOW_BYTES + 1;
    delivery.push(news('a', 1), 0);
    outlet.bufferedBytes = 0;
    delivery.push(news('a', 2), 0);
    delivery.push(news('b', 1), 0);
    delivery.look(100);
    expect(outlet.sent.map(({ data }) => data)).toEqual([2, 1]);
  });

  test('is let go when it has not caught up for too long, and counted', () => {
    const { outlet, figures, delivery } = newDelivery();
    outlet.bufferedBytes = SLOW_BYTES + 1;
    delivery.push(news('a', 1), 1_000);
    expect(delivery.look(1_000 + TOO_SLOW_MS - 1)).toBe('waits');
    expect(delivery.look(1_000 + TOO_SLOW_MS)).toBe('too_slow');
    expect(figures.letGo).toBe(1);
  });

  test('that catches up in between has its time anew', () => {
    const { outlet, delivery } = newDelivery();
    outlet.bufferedBytes = SLOW_BYTES + 1;
    delivery.push(news('a', 1), 0);
    outlet.bufferedBytes = 0;
    delivery.look(100);
    outlet.bufferedBytes = SLOW_BYTES + 1;
    expect(delivery.push(news('a', 2), TOO_SLOW_MS)).toBe(true);
    expect(delivery.look(TOO_SLOW_MS + 100)).toBe('waits');
  });
});

test('whatever happens: the latest of each topic arrives last, each at most once, and all are counted', () => {
  const act = fc.oneof(
    fc.record({ topic: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ bytes: fc.constantFrom(0, SLOW_BYTES, SLOW_BYTES + 1) }),
    fc.constant({ look: true }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const { outlet, figures, delivery } = newDelivery();
      const latest = new Map<string, number>();
      for (const [n, each] of acts.entries()) {
        if ('topic' in each) delivery.push(news(each.topic, latest.set(each.topic, n).get(each.topic)), 0);
        else if ('bytes' in each) outlet.bufferedBytes = each.bytes;
        else delivery.look(0);
      }
      outlet.bufferedBytes = 0;
      delivery.look(0);
      for (const [topic, n] of latest) {
        const got = outlet.of(topic) as number[];
        expect(got.at(-1)).toBe(n);
        expect(got).toEqual([...new Set(got)].toSorted((x, y) => x - y));
      }
      const pushed = acts.filter((each) => 'topic' in each).length;
      expect(figures.sent + figures.skipped).toBe(pushed);
    }),
  );
});
