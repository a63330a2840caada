import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { eventLoop, HealthCheck } from '../src/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How many are still there when the collector has run: looked at once, as to look keeps them. */
async function left(refs: readonly WeakRef<object>[]): Promise<number> {
  for (let turn = 0; turn < 5; turn++) {
    await sleep(1);
    collect();
  }
  return refs.filter((ref) => ref.deref() !== undefined).length;
}

test('a check that was removed is let go of, with what it said', async () => {
  const health = new HealthCheck();
  const refs: WeakRef<object>[] = [];
  const hold = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) {
      const data = { i };
      refs.push(new WeakRef(data));
      health.add({ name: `c${i}`, check: () => ({ kind: 'healthy', data }) });
    }
    await health.checkNow();
    health.probe('readiness');
    for (let i = 0; i < 100; i++) health.remove(`c${i}`);
  };
  await hold();
  expect(await left(refs)).toBe(0);
  health.close();
});

test('the signals and results of runs are let go of, run after run', async () => {
  const refs: WeakRef<object>[] = [];
  const health = new HealthCheck({
    minGapMs: 0,
    checks: [
      {
        name: 'a',
        check: ({ signal }) => {
          const data = { at: refs.length };
          refs.push(new WeakRef(signal), new WeakRef(data));
          return { kind: 'healthy', data };
        },
      },
    ],
  });
  for (let run = 0; run < 100; run++) await health.checkNow();
  expect(await left(refs.slice(0, -10))).toBe(0); // the latest is told by probes
  health.close();
});

test('what was closed is let go of, though a check of it hangs for ever', async () => {
  const hangs: object[] = [];
  const refs: WeakRef<object>[] = [];
  await (async () => {
    const health = new HealthCheck({
      checks: [
        eventLoop(),
        {
          name: 'hangs',
          check: () =>
            new Promise<void>((resolve) => {
              hangs.push(resolve); // held from outside, as a socket would
            }),
        },
      ],
    });
    refs.push(new WeakRef(health));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await health.checkNow('event-loop');
    health.close();
  })();
  expect([await left(refs), hangs.length]).toEqual([0, 1]);
});

async function outputOf(program: string): Promise<string> {
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, timeout: 20_000 });
  return stdout.trim();
}

test('an open health check does not keep Node running, whatever its checks do', async () => {
  const program = `
    import { eventLoop, heap, HealthCheck } from '@rookery/health-check';
    const hangs = () => new Promise(() => {});
    const health = new HealthCheck({ checks: [eventLoop(), heap(), { name: 'hangs', check: hangs }] });
    await new Promise((resolve) => setImmediate(resolve));
    console.log(health.getHealth().state);
  `;
  expect(await outputOf(program)).toBe('unknown');
});

test.each([
  ['a plain one', 'new HealthCheck(options)'],
  [
    'a supervised one',
    `await (await import('@rookery/genserver').then(({ Runtime }) => new Runtime())).start(HealthCheck.childSpec(options))`,
  ],
])(
  '%s: who waits for checkNow keeps Node running until the time of the check is over, and no longer',
  async (_, make) => {
    const program = `
    import { HealthCheck } from '@rookery/health-check';
    const options = { checks: [{ name: 'hangs', timeoutMs: 50, check: () => new Promise(() => {}) }] };
    const health = ${make};
    console.log((await health.checkNow()).state);
  `;
    expect(await outputOf(program)).toBe('unhealthy');
  },
);
