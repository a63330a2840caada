import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { SecondSignal } from '../src/tree/second-signal.js';
import { SignalWatch } from '../src/tree/signal-watch.js';

const NAMES = ['SIGINT', 'SIGTERM', 'newListener', 'removeListener'] as const;
const counts = (): readonly number[] => NAMES.map((name) => process.listenerCount(name));

let before: readonly number[];
let leaks: LeakDetector;
beforeEach(() => {
  before = counts();
  leaks = new LeakDetector();
});
afterEach(() => leaks.assertNone());

describe('a watch of signals', () => {
  const handler = (): void => {};

  test('hears those that somebody handles, whether since before or from then on, until the last handler has gone', () => {
    const heard: string[] = [];
    process.on('SIGTERM', handler);
    const watch = new SignalWatch((signal) => void heard.push(signal));
    watch.start();
    process.on('SIGINT', handler);
    process.emit('SIGTERM', 'SIGTERM');
    process.emit('SIGINT', 'SIGINT');
    expect(heard).toEqual(['SIGTERM', 'SIGINT']);
    process.off('SIGTERM', handler);
    process.off('SIGINT', handler);
    expect(counts().slice(0, 2)).toEqual(before.slice(0, 2)); // the signal ends the process, as without a watch
    watch.stop();
  });

  test('does not keep another watch, nor is kept by it', () => {
    const watches = [new SignalWatch(handler), new SignalWatch(handler)];
    for (const watch of watches) watch.start();
    process.on('SIGTERM', handler);
    expect(process.listenerCount('SIGTERM')).toBe((before[1] ?? 0) + 3);
    process.off('SIGTERM', handler);
    expect(process.listenerCount('SIGTERM')).toBe(before[1]);
    for (const watch of watches) watch.stop();
  });

  test('hears a signal that is handled once', () => {
    const heard: string[] = [];
    const watch = new SignalWatch((signal) => void heard.push(signal));
    watch.start();
    process.once('SIGTERM', handler);
    process.emit('SIGTERM', 'SIGTERM');
    expect(heard).toEqual(['SIGTERM']);
    expect(process.listenerCount('SIGTERM')).toBe(before[1]);
    watch.stop();
  });
});

describe('which signal is the second one, before Nest says what began the shutdown', () => {
  const handler = (): void => {};
  const clock = new ManualClock();
  let forced: string[];
  let second: SecondSignal;

  beforeEach(() => {
    forced = [];
    process.on('SIGTERM', handler);
    second = new SecondSignal(clock, (signal) => void forced.push(signal));
    second.watch();
  });
  afterEach(() => {
    second.stop();
    process.off('SIGTERM', handler);
  });

  async function signalAfter(delayMs: number): Promise<void> {
    await clock.advance(delayMs);
    process.emit('SIGTERM', 'SIGTERM');
  }

  test('the next after the one that began it', async () => {
    await signalAfter(0);
    second.begin();
    await signalAfter(99);
    expect(forced).toEqual([]);
    await signalAfter(1);
    expect(forced).toEqual(['SIGTERM']);
  });

  test.each([
    ['nothing was heard', false],
    ['the last one was heard too long before', true],
  ])('the second from then on, when %s', async (_, heardBefore) => {
    if (heardBefore) await signalAfter(0);
    await clock.advance(1000);
    second.begin();
    await signalAfter(500);
    expect(forced).toEqual([]);
    await signalAfter(500);
    expect(forced).toEqual(['SIGTERM']);
  });

  test('also after the tree is down, when it is heard only beside others', async () => {
    await signalAfter(0);
    second.begin();
    second.release();
    expect(process.listenerCount('SIGTERM')).toBe((before[1] ?? 0) + 2);
    await signalAfter(500);
    expect(forced).toEqual(['SIGTERM']);
  });

  test('no signal while the application runs', async () => {
    await signalAfter(0);
    await signalAfter(500);
    await signalAfter(500);
    expect(forced).toEqual([]);
  });
});
