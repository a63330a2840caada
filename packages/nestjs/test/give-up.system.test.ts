import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const fixture = fileURLToPath(new URL('fixtures/give-up.mjs', import.meta.url));

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: unknown; readonly signal: unknown; readonly output: string }> {
  // Without the options of the test run: the fixture uses the built packages, as an application does.
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  const child = spawn(process.execPath, [fixture, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const [code, signal] = (await once(child, 'close')) as [unknown, unknown];
  return { code, signal, output };
}

describe('an application whose tree gives up', () => {
  test('closes through Nest and ends with exit code 1, though a graceful stop would end with 0', async () => {
    const { code, output } = await run('hooks', 'exit');
    expect(output).toContain('The tree gave up: Root ended (shutdown)');
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

  test.each(['throws', 'rejects'])('an onGiveUp that %s is logged, and the process ends all the same', async (how) => {
    const { code, output } = await run('hooks', 'exit', how);
    expect(output).toMatch(/onGiveUp failed[^]*no pager/);
    expect(output).toContain('shutdown hook: SIGTERM');
    expect(code).toBe(1);
  });
});
