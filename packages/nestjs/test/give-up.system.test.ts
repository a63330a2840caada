import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { type Ended, Program } from './support/program.js';

const fixture = fileURLToPath(new URL('fixtures/give-up.mjs', import.meta.url));

function run(...args: readonly string[]): Promise<Ended> {
  return new Program(fixture, ...args).ended();
}

describe('an application whose tree gives up', () => {
  test('closes through Nest and ends with exit code 1, though a graceful stop would end with 0', async () => {
    const { code, output } = await run('hooks', 'exit');
    expect(output).toContain('The tree gave up: Root ended (shutdown)');
    expect(output).toContain('Stopping (SIGTERM), as the tree gave up');
    expect(output).toContain('shutdown hook: SIGTERM');
    expect(code).toBe(1);
  });

  test('ends by the signal where Nest ends by the signal', async () => {
    const { signal, output } = await run('hooks');
    expect(output).toContain('shutdown hook: SIGTERM');
    expect(signal).toBe('SIGTERM');
  });

  test('ends all the same without shutdown hooks', async () => {
    const { signal, output } = await run();
    expect(output).toContain('The tree gave up');
    expect(signal).toBe('SIGTERM');
  });

  test('closes the application that was named, and ends by itself with exit code 1, without a signal', async () => {
    const { code, signal, output } = await run('close');
    expect(output).toContain('shutdown hook: undefined');
    expect([code, signal]).toEqual([1, null]);
  });

  test('ends all the same where it should be closed and none was named', async () => {
    const { code, output } = await run('hooks', 'exit', 'unnamed');
    expect(output).toMatch(/onGiveUp failed[^]*call closeOnGiveUp\(app\)/);
    expect(output).toContain('shutdown hook: SIGTERM');
    expect(code).toBe(1);
  });

  test.each(['throws', 'rejects'])('an onGiveUp that %s is logged, and the process ends all the same', async (how) => {
    const { code, output } = await run('hooks', 'exit', how);
    expect(output).toMatch(/onGiveUp failed[^]*no pager/);
    expect(output).toContain('shutdown hook: SIGTERM');
    expect(code).toBe(1);
  });
});
