import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AbortListener, AbortListeners } from '../../src/index.js';

/** Writes down what it is told. */
class Listener implements AbortListener {
  constructor(
    readonly heard: unknown[],
    readonly name: string,
    readonly andThen?: () => void,
  ) {}

  aborted(reason: unknown): void {
    this.heard.push(`${this.name}: ${String(reason)}`);
    this.andThen?.();
  }
}

const on = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('abort listeners', () => {
  test('are one listener on a signal, however many share it, and none when all have left', () => {
    const [listeners, { signal }] = [new AbortListeners(), new AbortController()];
    const all = Array.from({ length: 1000 }, (_, index) => new Listener([], String(index)));
    for (const each of all) listeners.add(signal, each);
    expect(on(signal)).toBe(1);
    const last = all.pop();
    for (const each of all) listeners.remove(signal, each);
    expect(on(signal)).toBe(1);
    if (last !== undefined) listeners.remove(signal, last);
    expect(on(signal)).toBe(0);
  });

  test('are told once, the first first, with the reason; nothing is left on the signal', () => {
    const [listeners, controller, heard] = [new AbortListeners(), new AbortController(), [] as unknown[]];
    for (const name of ['a', 'b', 'c']) listeners.add(controller.signal, new Listener(heard, name));
    controller.abort('enough');
    controller.signal.dispatchEvent(new Event('abort'));
    expect([heard, on(controller.signal)]).toEqual([['a: enough', 'b: enough', 'c: enough'], 0]);
  });

  test.each([0, 1, 2])('the same twice is there once, as number %i of those that wait', (place) => {
    const [listeners, controller, heard] = [new AbortListeners(), new AbortController(), [] as unknown[]];
    const all = [0, 1, 2].map((index) => new Listener(heard, String(index)));
    for (const each of [...all, ...all.slice(place, place + 1)]) listeners.add(controller.signal, each);
    for (const each of all.slice(place, place + 1)) listeners.remove(controller.signal, each);
    controller.abort(1);
    expect(heard).toHaveLength(2);
  });

  test('of two signals do not know each other', () => {
    const listeners = new AbortListeners();
    const [one, two] = [new AbortController(), new AbortController()];
    const heard: unknown[] = [];
    const both = new Listener(heard, 'both');
    for (const { signal } of [one, two]) listeners.add(signal, both);
    one.abort('one');
    listeners.remove(one.signal, both);
    expect([on(one.signal), on(two.signal)]).toEqual([0, 1]);
    two.abort('two');
    expect(heard).toEqual(['both: one', 'both: two']);
  });

  test('one that is removed by another that is told is not told; one that is added then, or later, neither', () => {
    const [listeners, controller, heard] = [new AbortListeners(), new AbortController(), [] as unknown[]];
    const { signal } = controller;
    const removed = new Listener(heard, 'removed');
    const late = new Listener(heard, 'late');
    const swap = (): void => {
      listeners.remove(signal, removed);
      listeners.add(signal, late);
    };
    for (const each of [new Listener(heard, 'first', swap), removed, new Listener(heard, 'last')])
      listeners.add(signal, each);
    controller.abort('x');
    listeners.add(signal, late);
    expect(heard).toEqual(['first: x', 'last: x']);
    listeners.remove(signal, late);
    expect(on(signal)).toBe(0);
  });

  test('what was never added is removed in vain', () => {
    const [listeners, { signal }] = [new AbortListeners(), new AbortController()];
    const [there, stranger] = [new Listener([], 'there'), new Listener([], 'stranger')];
    listeners.remove(signal, stranger);
    listeners.add(signal, there);
    listeners.remove(signal, stranger);
    expect(on(signal)).toBe(1);
    listeners.remove(signal, there);
    listeners.remove(signal, there);
    expect(on(signal)).toBe(0);
  });

  test('a signal that takes no listener throws its own error, each time', () => {
    const odd = {
      aborted: false,
      addEventListener: () => {
        throw new Error('no listeners here');
      },
    } as unknown as AbortSignal;
    const listeners = new AbortListeners();
    for (let round = 0; round < 2; round++) {
      expect(() => listeners.add(odd, new Listener([], 'a'))).toThrow('no listeners here');
    }
  });

  test('tell those who are there, in their order, whoever came and went before', () => {
    const steps = fc.array(fc.record({ isAdd: fc.boolean(), who: fc.integer({ min: 0, max: 4 }) }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (all) => {
        const [listeners, controller, heard] = [new AbortListeners(), new AbortController(), [] as unknown[]];
        const known = Array.from({ length: 5 }, (_, index) => new Listener(heard, String(index)));
        const model = new Set<number>();
        for (const { isAdd, who } of all) {
          const listener = known[who] ?? new Listener(heard, 'never');
          if (isAdd) listeners.add(controller.signal, listener);
          else listeners.remove(controller.signal, listener);
          if (isAdd) model.add(who);
          else model.delete(who);
          expect(on(controller.signal)).toBe(Math.min(model.size, 1));
        }
        controller.abort('x');
        expect([heard, on(controller.signal)]).toEqual([[...model].map((who) => `${who}: x`), 0]);
      }),
    );
  });
});
