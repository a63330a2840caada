import { describe, expect, test } from '@jest/globals';
import {
  agent,
  type AgentRef,
  child,
  type ChildSpec,
  dynamicSupervisor,
  GenServer,
  registry,
  RegistryRef,
  type ServerRef,
  task,
  taskSupervisor,
  TaskSupervisorRef,
} from '../src/index.js';
import { settle } from '../src/testing.js';
import { useRuntimes } from './support/test-runtime.js';

const newRuntime = useRuntimes();

class Counter extends GenServer<number> {
  override init(): number {
    return 7;
  }
  value(): number {
    return this.state;
  }
}

describe('a ref of a specification', () => {
  test('finds by its name whatever it starts, also after a restart', async () => {
    const { runtime } = newRuntime();
    const counter = child(Counter, { name: 'counter' });
    const hits = agent({ name: 'hits', initial: () => 3 });
    const toCounter: ServerRef<Counter> = runtime.ref(counter);
    const toHits: AgentRef<number> = runtime.ref(hits);
    expect(toCounter.isAlive).toBe(false); // nobody needs to hold the name yet
    await runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [counter, hits] });
    expect([await toCounter.call.value(), await toHits.get((state) => state)]).toEqual([7, 3]);
    runtime.kill('counter');
    await settle(runtime);
    expect(await toCounter.call.value()).toBe(7);
  });

  test('is what starting it would give', () => {
    const { runtime } = newRuntime();
    expect(runtime.ref(registry({ name: 'rooms', keys: 'unique' }))).toBeInstanceOf(RegistryRef);
    expect(runtime.ref(taskSupervisor({ name: 'jobs' }))).toBeInstanceOf(TaskSupervisorRef);
  });

  test.each<readonly [string, ChildSpec]>([
    ['a server', child(Counter)],
    ['a supervisor', dynamicSupervisor()],
    ['a task, which never has one', task(() => 1)],
  ])('needs a name: %s', (_, spec) => {
    expect(() => newRuntime().runtime.ref(spec)).toThrow(/Expected `name` to be the name .*, got `undefined`/);
  });
});
