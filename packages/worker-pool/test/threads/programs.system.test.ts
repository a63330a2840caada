import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

// Programs of their own, which use the package as it was built.

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, env: Record<string, string> = {}): Promise<Ended> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const source = `
    import { threads, WorkerPool } from '@rookery/worker-pool';
    import { createRequire } from 'node:module';
    const module = new URL('test/threads/fixtures/work.mjs', 'file://' + process.cwd() + '/');
    ${program}
  `;
  return new Promise((resolve) => {
    const args = ['--input-type=module', '--eval', source];
    execFile(
      process.execPath,
      args,
      { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env }, timeout: 50_000, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

test('what a thread prints is printed', async () => {
  const { code, stdout, stderr } = await run(`
    const pool = new WorkerPool({ engine: threads({ module, export: 'act', maxThreads: 1 }) });
    await pool.executeTask({ act: 'print', value: 'hello' });
    await pool.drain();
  `);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'out: hello\n', stderr: 'err: hello\n' });
});

test('a pool that has nothing to do does not keep the program running', async () => {
  const { code, stdout } = await run(`
    const pool = new WorkerPool({ engine: threads({ module, minThreads: 2, maxThreads: 2 }) });
    console.log(await pool.executeTask('done'));
  `);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
});

test('one that has does', async () => {
  const { code, stdout } = await run(`
    const pool = new WorkerPool({ engine: threads({ module, maxThreads: 1 }), timeoutMs: Infinity });
    pool.executeTask('done').then(console.log);
  `);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
});

test.each([1, 2, 3, 4])('also when its thread ends and nothing else is to be waited for, time %i', async () => {
  const { code, stdout } = await run(`
    const pool = new WorkerPool({ engine: threads({ module, export: 'act', maxThreads: 1 }), timeoutMs: Infinity });
    await pool.ready();
    for (const act of ['exit', 'uncaught']) {
      pool.executeTask({ act, value: 3 }).catch(({ reason }) => console.log(reason));
      await pool.idle();
    }
  `);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'exit\nuncaught\n' });
});

test('nothing is left after stop: no thread, no port, no timer, no listener', async () => {
  const { code, stdout, stderr } = await run(`
    let alive = 0;
    process.on('worker', (worker) => {
      alive++;
      worker.on('exit', () => alive--);
    });
    const { stdout, stderr } = process; // threads make them; so that they count as there before
    const count = process.getActiveResourcesInfo().length;
    const pool = new WorkerPool({ engine: threads({ module, export: 'act', minThreads: 2, maxThreads: 3 }), timeoutMs: 200 });
    const acts = ['give', 'spin', 'exit', 'give', 'throw'];
    await Promise.allSettled(acts.map((act) => pool.executeTask({ act })));
    await pool.stop();
    console.log(alive);
    // A port that was closed is listed for a few turns more; one that was not would keep the program here for ever.
    while (process.getActiveResourcesInfo().length > count) await new Promise((resolve) => setImmediate(resolve));
  `);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '0\n', stderr: '' });
});

test('the thread engine is loaded at the first start of threads, and not before', async () => {
  const { code, stdout } = await run(`
    const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => /piscina/.test(file));
    const closures = new WorkerPool();
    const engine = threads({ module });
    await closures.executeTask(() => 1);
    console.log(isLoaded());
    const pool = new WorkerPool({ engine });
    await pool.ready();
    console.log(isLoaded());
    await pool.stop();
  `);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'false\ntrue\n' });
});

test('a thread has timers and sockets between its tasks, as it does not wait in Atomics.wait', async () => {
  const { code, stdout } = await run(`
    const ticking = 'data:text/javascript,' + encodeURIComponent(\`
      let ticks = 0;
      setInterval(() => ticks++, 1).unref();
      export default (until) => ticks >= until;
    \`);
    const pool = new WorkerPool({ engine: threads({ module: ticking, maxThreads: 1 }) });
    while (!(await pool.executeTask(20))) await new Promise((resolve) => setTimeout(resolve, 10));
    console.log('ticked');
    await pool.stop();
  `);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'ticked\n' });
});
