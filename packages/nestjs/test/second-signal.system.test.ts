import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '@rookery/genserver/testing';
import { SecondSignal } from '../src/tree/second-signal.js';
import { Program } from './support/program.js';

const fixture = fileURLToPath(new URL('fixtures/stuck-shutdown.mjs', import.meta.url));

describe('a second signal, while the application stops because of one', () => {
  test.each([
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
    ['SIGINT', 'SIGINT', 130],
  ] as const)('ends the process at once: %s, %s', async (first, second, exitCode) => {
    const program = new Program(fixture);
    await program.says('listening');
    program.kill(first);
    await program.says('echo over');
    program.kill(second);
    const { code, output } = await program.ended();
    expect(output).toContain(`${second} while stopping: the process ends at once, without Stuck`);
    expect(output).toContain(`exit ${exitCode}`); // exit handlers run
    expect(code).toBe(exitCode);
  });
});

describe('what counts as a second signal', () => {
  const clock = new ManualClock();
  let second: SecondSignal;

  afterEach(() => second.stop());

  function listenAfter(first: string): readonly string[] {
    const forced: string[] = [];
    second = new SecondSignal(clock, (signal, exitCode) => void forced.push(`${signal} ${exitCode}`));
    second.listen(first);
    return forced;
  }

  test('not the same within 100 ms, as a terminal and npm pass on one and the same', async () => {
    const forced = listenAfter('SIGTERM');
    await clock.advance(99);
    process.emit('SIGTERM', 'SIGTERM');
    expect(forced).toEqual([]);
    await clock.advance(1);
    process.emit('SIGTERM', 'SIGTERM');
    expect(forced).toEqual(['SIGTERM 143']);
  });

  test('another one at once, and only once', () => {
    const before = process.listenerCount('SIGHUP');
    const forced = listenAfter('SIGHUP');
    process.emit('SIGINT', 'SIGINT');
    expect(forced).toEqual(['SIGINT 130']);
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });

  test('none when the application was closed without a signal', () => {
    const before = process.listenerCount('SIGINT');
    listenAfter('close');
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
