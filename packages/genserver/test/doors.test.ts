import { describe, expect, test } from '@jest/globals';
import {
  abcast,
  agent,
  Application,
  asyncStream,
  consoleReporter,
  dynamicSupervisor,
  GenServer,
  multiCall,
  partitionSupervisor,
  Runtime,
  send,
  supervisor,
  Task,
  task,
  taskSupervisor,
  type Where,
} from '../src/index.js';
import { useRuntimes } from './support/test-runtime.js';

const newRuntime = useRuntimes();
/** What a program without types may give. */
const odd = (value: unknown): never => value as never;

class Server extends GenServer {
  ask(): number {
    return 1;
  }

  callSelf(how: 'alias' | 'demonitor' | 'monitor' | 'sendAfter', options: never): void {
    if (how === 'alias') this.self.alias(options);
    else if (how === 'demonitor') this.self.demonitor(odd(0), options);
    else if (how === 'monitor') this.self.monitor('nobody', options);
    else this.self.sendAfter(1, 'x', options);
  }
}

/** Gives the error, whether it comes at once or later. */
async function errorOf(ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    return error;
  }
}

describe('options that are none are refused at the door', () => {
  const doors: Record<string, (runtime: Runtime, options: never) => unknown> = {
    agent: (_, options) => agent(options),
    asyncStream: (runtime, options) => asyncStream(runtime, [1], (one) => one, options),
    consoleReporter: (_, options) => consoleReporter(options),
    dynamicSupervisor: (_, options) => dynamicSupervisor(options),
    partitionSupervisor: (_, options) => partitionSupervisor(options),
    'runtime.sendAfter': (runtime, options) => runtime.sendAfter('nobody', 1, 'x', options),
    'runtime.shutdown': (runtime, options) => runtime.shutdown(options),
    'runtime.start': (runtime, options) => runtime.start(Server, options),
    'runtime.startSupervisor': (runtime, options) => runtime.startSupervisor(options),
    'runtime.stop': (runtime, options) => runtime.stop('nobody', undefined, options),
    'runtime.sys.getState': (runtime, options) => runtime.sys.getState('nobody', options),
    'runtime.sys.restartWithState': (runtime, options) => runtime.sys.restartWithState('nobody', options),
    Runtime: (_, options) => new Runtime(options),
    supervisor: (_, options) => supervisor(options),
    task: (_, options) => task(() => 1, options),
    'Task.async': (runtime, options) => Task.async(runtime, () => 1, options),
    'Task.awaitMany': (_, options) => Task.awaitMany([], options),
    'Task.yieldMany': (_, options) => Task.yieldMany([], options),
    taskSupervisor: (_, options) => taskSupervisor(options),
    'with, of a ref': (runtime, options) => runtime.ref(Server, 'nobody').with(options),
    'startChild, of a task supervisor': (runtime, options) =>
      runtime.taskSupervisor('nobody').startChild(() => 1, options),
    'asyncStreamNolink, of a task supervisor': (runtime, options) =>
      runtime.taskSupervisor('nobody').asyncStreamNolink(runtime, [], (one) => one, options),
    'multiCall, of nobody': (_, options) => multiCall([], odd(Boolean), options),
  };

  test.each(
    Object.entries(doors).flatMap(([door, open]) => [null, 5, 'x'].map((value) => [door, value, open] as const)),
  )('%s, given %p', async (_, value, open) => {
    const { runtime } = newRuntime();
    const error = await errorOf(() => open(runtime, odd(value)));
    expect(error).toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION', option: 'options', received: value });
  });

  test.each(['alias', 'demonitor', 'monitor', 'sendAfter'] as const)('this.self.%s', async (how) => {
    const { runtime } = newRuntime();
    const server = await runtime.start(Server);
    await expect(server.call.callSelf(how, odd(null))).rejects.toMatchObject({
      cause: { code: 'ERR_GENSERVER_INVALID_OPTION', option: 'options' },
    });
  });

  test('stop and stopAll, of applications', async () => {
    const { runtime } = newRuntime();
    const root = { strategy: 'one_for_one', children: [] } as const;
    const application = await Application.start({ name: 'a', root, signals: [], runtime });
    const expected = { code: 'ERR_GENSERVER_INVALID_OPTION', option: 'options' };
    await expect(application.stop(odd(null))).rejects.toMatchObject(expected);
    await expect(Application.stopAll(runtime, odd(5))).rejects.toMatchObject(expected);
    await application.stop();
  });
});

describe('what stands in the wrong place is refused at the door', () => {
  const places: Record<string, readonly [option: string, open: (runtime: Runtime) => unknown]> = {
    'Task.async without where': ['where', () => Task.async(odd(undefined), () => 1)],
    'Task.start from an object': ['where', () => Task.start({} as Where, () => 1)],
    'Task.async with asMessage: "yes"': [
      'asMessage',
      (runtime) => Task.async(runtime, () => 1, { asMessage: odd('yes') }),
    ],
    'asyncStream without where': ['where', () => asyncStream(odd(null), [1], (one) => one)],
    'async, of a task supervisor, without where': [
      'where',
      (runtime) => runtime.taskSupervisor('nobody').async(odd(undefined), () => 1),
    ],
    'asyncStream, of a task supervisor, without where': [
      'where',
      (runtime) => runtime.taskSupervisor('nobody').asyncStream(odd('x'), [1], (one) => one),
    ],
    'asyncStreamNolink without where': [
      'where',
      (runtime) => runtime.taskSupervisor('nobody').asyncStreamNolink(odd({}), [1], (one) => one),
    ],
    'Task.awaitMany of one task': ['tasks', () => Task.awaitMany(odd(Task.completed(1)))],
    'Task.awaitMany of promises': ['tasks', () => Task.awaitMany(odd([Promise.resolve(1)]))],
    'Task.yieldMany of nothing': ['tasks', () => Task.yieldMany(odd(undefined))],
    'send to a name': ['target', () => send(odd('name'), 1)],
    'send to nothing': ['target', () => send(odd(undefined), 1)],
    'multiCall of a ref': ['refs', (runtime) => multiCall(odd(runtime.ref(Server, 'a')), odd(Boolean))],
    'multiCall of names': ['refs', () => multiCall(odd(['a']), odd(Boolean))],
    'abcast to nothing': ['refs', () => abcast(odd(null), (each) => each)],
    'abcast to names': ['refs', () => abcast(odd(['a', undefined]), (each) => each)],
    'startSupervisor with a child that is none': [
      'children[1]',
      (runtime) => runtime.startSupervisor({ strategy: 'one_for_one', children: [Server, odd(5)] }),
    ],
    'partitionSupervisor without a child': ['child', () => partitionSupervisor(odd({ name: 'a', partitions: 1 }))],
    'runtime.ref of what is no specification': ['spec', (runtime) => runtime.ref(odd({}))],
  };

  test.each(Object.entries(places))('%s', async (_, [option, open]) => {
    const { runtime } = newRuntime();
    expect(await errorOf(() => open(runtime))).toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION', option });
  });

  test('startChild with what is no specification', async () => {
    const { runtime } = newRuntime();
    const chief = await runtime.startSupervisor({ strategy: 'one_for_one', children: [] });
    const expected = { code: 'ERR_GENSERVER_INVALID_OPTION', option: 'spec' };
    await expect(chief.startChild(odd(5))).rejects.toMatchObject(expected);
    const dynamic = await runtime.startDynamicSupervisor();
    await expect(dynamic.startChild(odd({}))).rejects.toMatchObject(expected);
  });
});
