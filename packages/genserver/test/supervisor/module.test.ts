import { describe, expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  type ChildSpec,
  dynamicSupervisor,
  type DynamicSupervisorRef,
  ignore,
  supervisor,
  type SupervisorFlags,
  type SupervisorRef,
} from '../../src/index.js';
import { thrownBy, useTrees } from './support.js';

const newTree = useTrees();
const boom = (): never => {
  throw new Error('boom');
};

describe('a supervisor whose init gives its options', () => {
  test('is asked at every start, and keeps its name, id and place (SUP-017, DYN-032)', async () => {
    const tree = newTree();
    let letters = 'ab';
    const init = async (): Promise<SupervisorFlags> => ({ strategy: 'one_for_one', children: tree.workers(letters) });
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [supervisor({ name: 'sub', init })] });
    expect(await tree.takeStarts()).toBe('ab');
    letters = 'xyz';
    tree.runtime.kill('sub');
    expect(await tree.takeStarts()).toBe('xyz');
  });

  test('may ignore: no error, no ref, no process (SUP-005)', async () => {
    const { runtime } = newTree();
    expect(await runtime.start(supervisor({ name: 'sub', init: () => ignore() }))).toBeUndefined();
    expect(await runtime.start(dynamicSupervisor({ name: 'pool', init: async () => ignore() }))).toBeUndefined();
    expect(runtime.stats().processes).toBe(0);
  });

  const makers: readonly [string, (init: unknown) => ChildSpec][] = [
    ['supervisor', (init) => supervisor({ id: 's', init: init as never })],
    ['dynamicSupervisor', (init) => dynamicSupervisor({ id: 's', init: init as never })],
  ];
  const failures: readonly [string, unknown, object][] = [
    ['junk', () => 7, { kind: 'bad_return', received: 7 }],
    ['nothing', () => undefined, { kind: 'bad_return' }],
    ['wrong options', () => ({ strategy: 'one_for_one', children: [], maxSeconds: 0 }), { kind: 'invalid_period' }],
    ['an error', boom, { message: 'boom' }],
  ];

  test.each(makers.flatMap(([name, make]) => failures.map((failure) => [name, ...failure, make] as const)))(
    '%s: when it gives %s, the start fails for that reason (SUP-006, DYN-002)',
    async (_, __, init, error, make) => {
      const { runtime } = newTree();
      await expect(runtime.start(make(init))).rejects.toMatchObject({ reason: { kind: 'error', error } });
      expect(runtime.stats().processes).toBe(0);
    },
  );

  test.each(makers)('%s: an init that is no function is refused (SUP-012)', (_, make) => {
    expect(thrownBy(() => make(7))).toMatchObject({ kind: 'invalid_mfa', option: 'init' });
  });

  test('a dynamic one takes its limits from there (DYN-032)', async () => {
    const tree = newTree();
    const pool = await tree.runtime.start(dynamicSupervisor({ name: 'pool', init: () => ({ maxChildren: 0 }) }));
    await expect(pool?.startChild(tree.worker('a'))).rejects.toMatchObject({ kind: 'max_children' });
  });

  test('its ref may be missing, as the type says', () => {
    const init = () => ignore();
    expectTypeOf(supervisor({ id: 's', init }).toRef).returns.toEqualTypeOf<SupervisorRef | undefined>();
    expectTypeOf(dynamicSupervisor({ init }).toRef).returns.toEqualTypeOf<DynamicSupervisorRef | undefined>();
    expect(supervisor({ id: 's', init })).toMatchObject({ id: 's', type: 'supervisor', shutdownMs: 'infinity' });
  });
});
