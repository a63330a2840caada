import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Running, startProgram, transpile } from '../testing/own-process.js';

// Real programs, real signals. Every wait is for a line that the program prints, or for its end.
let sources: Awaited<ReturnType<typeof transpile>>;
let programs = 0;

beforeAll(async () => {
  sources = await transpile();
});

afterAll(() => sources.remove());

const PRELUDE = `
  import { Application, child, GenServer } from './index.js';
  const say = (line) => process.stdout.write(line + '\\n');
  class Part extends GenServer {
    init(ending) { this.ending = ending; this.self.trapExit(true); say('start ' + this.self.name); }
    async terminate() { say('ending ' + this.self.name); await this.ending?.(); say('ended ' + this.self.name); }
    crash() { throw new Error('boom'); }
  }
  const part = (name, ending, shutdownMs = 'infinity') => child(Part, { name, args: [ending], shutdownMs });
  const root = (...children) => ({ strategy: 'one_for_one', maxRestarts: 0, children });
  const shop = (options) => Application.start({ name: 'shop', ...options });
  const never = () => new Promise(() => {});
  const listeners = () => ['SIGTERM', 'SIGINT'].map((name) => process.listenerCount(name)).join();
  const report = ({ application, cause, killed }) => say('report ' + JSON.stringify({ application, cause, killed }));
  process.on('exit', (code) => say('exit ' + code + ', listeners ' + listeners()));
`;

function start(program: string): Promise<Running> {
  return startProgram(sources.folder, `application-${++programs}`, `${PRELUDE}${program}`);
}

const RUNNING = `const app = await shop({ root: root(part('a'), part('b')), stopTimeoutMs: 10_000 });
  app.stopped.then(report);
  say('up');`;

const HUNG = `const app = await shop({ root: root(part('a'), part('hung', never)), stopTimeoutMs: Infinity });
  app.stopped.then(report);
  say('up');`;

describe('a program with an application', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'runs on without anything to do, and on %s stops in order and ends with 0 (APP-017, APP-018, APP-022)',
    async (signal) => {
      const program = await start(RUNNING);
      await program.printed('up');
      program.kill(signal);
      const { code, stdout, stderr } = await program.ended;
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.trim().split('\n')).toEqual([
        'start a',
        'start b',
        'up',
        'ending b',
        'ended b',
        'ending a',
        'ended a',
        `report {"application":"shop","cause":{"kind":"signal","signal":"${signal}"},"killed":[]}`,
        'exit 0, listeners 0,0',
      ]);
    },
  );

  test('ends with 0 when it stops itself, at once, with nothing left behind (APP-022)', async () => {
    const program = await start(`${RUNNING}; await app.stop(); say(listeners());`);
    const { code, stdout } = await program.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('0,0\nexit 0');
  });

  test('ends with the exit code that is asked for (APP-016)', async () => {
    const program = await start(`${RUNNING}; await Application.stopAll(app.runtime, { exitCode: 3 });`);
    expect((await program.ended).code).toBe(3);
  });

  test('ends with 1 when its tree gives up, after the others have stopped (APP-012, APP-013)', async () => {
    const program = await start(`
      const other = await shop({ name: 'other', root: root(part('o')) });
      const app = await shop({ root: root(part('a')), runtime: other.runtime });
      for (const one of [other, app]) one.stopped.then(report);
      app.runtime.ref(Part, 'a').cast.crash();`);
    const { code, stdout } = await program.ended;
    expect(code).toBe(1);
    expect(stdout).toContain('ended o');
    expect(stdout).toContain('"cause":{"kind":"root_ended","reason":{"kind":"shutdown"}}');
    expect(stdout).toContain('exit 1, listeners 0,0');
  });

  test('ends with 0 when the tree of a temporary one gives up (APP-012)', async () => {
    const program = await start(`
      const app = await shop({ root: root(part('a')), type: 'temporary' });
      app.runtime.ref(Part, 'a').cast.crash();`);
    expect((await program.ended).code).toBe(0);
  });

  test('whose start fails has stopped what had started, listens to nothing, and ends with 1 (APP-003, APP-004)', async () => {
    const program = await start(`
      class Bad extends GenServer { init() { throw new Error('no port'); } }
      await shop({ root: root(part('a'), child(Bad)) }).catch((error) => { say(listeners()); throw error; });`);
    const { code, stdout, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stdout).toContain('ended a\n0,0\n');
    expect(stderr).toContain('ERR_GENSERVER_APPLICATION_START_FAILED');
    expect(stderr).toContain('no port');
  });
});

describe('a stop that takes too long', () => {
  test('kills what hangs at the deadline, names it, and ends with 0 (APP-019)', async () => {
    const program = await start(`
      const app = await shop({ root: root(part('a'), part('hung', never)), stopTimeoutMs: 50 });
      app.stopped.then(report);
      say('up');`);
    await program.printed('up');
    program.kill('SIGTERM');
    const { code, stdout } = await program.ended;
    expect(stdout).toContain('"killed":["hung","a","shop"]}\nexit 0, listeners 0,0');
    expect(code).toBe(0);
  });

  test('is cut off by a second signal of another kind: the program ends by that signal (APP-017)', async () => {
    const program = await start(HUNG);
    await program.printed('up');
    program.kill('SIGTERM');
    await program.printed('ending hung');
    program.kill('SIGINT');
    const { code, signal, stdout } = await program.ended;
    expect([code, signal]).toEqual([null, 'SIGINT']);
    expect(stdout).not.toContain('ending a');
  });

  test('is cut off by the same signal again, once that cannot be an echo of the first (APP-018)', async () => {
    const program = await start(HUNG);
    await program.printed('up');
    program.kill('SIGINT');
    await program.printed('ending hung');
    const again = setInterval(() => program.kill('SIGINT'), 10); // until it is no echo any more
    const end = await program.ended;
    clearInterval(again);
    expect(end).toMatchObject({ code: null, signal: 'SIGINT' });
  });

  test('is not cut off by the echo of a wrapper that passes the first signal on', async () => {
    const program = await start(`const app = await shop({ root: root(part('a', () => new Promise(setImmediate))) });
      app.stopped.then(report);
      process.emit('SIGINT');
      process.emit('SIGINT');`);
    const { code, stdout } = await program.ended;
    expect([code, stdout.includes('ended a')]).toEqual([0, true]);
  });

  test('and is forced in a program that listens itself kills all, and leaves the end to it', async () => {
    const program = await start(`${HUNG};
      let heard = 0;
      process.on('SIGTERM', () => say('heard ' + ++heard));
      process.on('SIGINT', () => { say('heard SIGINT'); process.exitCode = 4; });`);
    await program.printed('up');
    program.kill('SIGTERM');
    await program.printed('ending hung');
    program.kill('SIGINT');
    const { code, stdout } = await program.ended;
    expect(stdout).toContain('"killed":["hung","a","shop"]');
    expect(code).toBe(4);
  });
});

describe('a signal during the start', () => {
  test('lets it finish, stops all of it, and the start rejects (APP-020)', async () => {
    const program = await start(`
      let go;
      class Slow extends Part { async init() { super.init(); await new Promise((resolve) => (go = resolve)); } }
      process.on('SIGTERM', () => go());
      const keep = setInterval(() => {}, 1000);
      await shop({ root: root(part('a'), child(Slow, { name: 'slow' })) }).catch((error) => say(error.code));
      clearInterval(keep);`);
    await program.printed('start slow');
    program.kill('SIGTERM');
    const { code, stdout } = await program.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('ended slow\nending a\nended a\nERR_GENSERVER_APPLICATION_STOPPED');
  });
});

describe('two applications in one program, in runtimes of their own', () => {
  const TWO = (ending: string) => `
    for (const name of ['one', 'two']) {
      const app = await shop({ name, root: root(part('in ' + name, ${ending})) });
      app.stopped.then(report);
    }
    say('up');`;

  test('both stop on a signal, and the program ends with 0 (APP-017)', async () => {
    const program = await start(TWO('undefined'));
    await program.printed('up');
    program.kill('SIGTERM');
    const { code, stdout } = await program.ended;
    expect([code, stdout.match(/ended in (one|two)/g)?.length]).toEqual([0, 2]);
  });

  test('a second signal ends both, by the signal', async () => {
    const program = await start(TWO('never'));
    await program.printed('up');
    program.kill('SIGTERM');
    await program.printed('ending in one');
    await program.printed('ending in two');
    program.kill('SIGINT');
    expect(await program.ended).toMatchObject({ code: null, signal: 'SIGINT' });
  });
});
