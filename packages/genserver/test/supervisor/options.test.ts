import { describe, expect, test } from '@jest/globals';
import {
  child,
  type ChildSpec,
  dynamicSupervisor,
  GenServer,
  InvalidOptionError,
  supervisor,
  type SupervisorOptions,
} from '../../src/index.js';
import { thrownBy, useTrees } from './support.js';

const newTree = useTrees();

class Plain extends GenServer {}
class Slow extends GenServer {
  static override readonly childDefaults = { restart: 'transient', shutdownMs: 'infinity' } as const;
}

describe('options', () => {
  const good = { strategy: 'one_for_one', children: [] } as const;

  test.each([
    ['strategy', { strategy: 'one_for_some' }],
    ['strategy', { strategy: undefined }],
    ['maxRestarts', { maxRestarts: -1 }],
    ['maxRestarts', { maxRestarts: 1.5 }],
    ['maxRestarts', { maxRestarts: Infinity }],
    ['maxSeconds', { maxSeconds: 0 }],
    ['maxSeconds', { maxSeconds: 0.5 }],
    ['maxSeconds', { maxSeconds: Infinity }],
    ['children', { children: 'abc' }],
    ['children[0]', { children: [{}] }],
    ['children[0]', { children: [null] }],
    ['serverClass', { children: [Date] }],
    ['name', { name: '' }],
    ['id', { id: 7 }],
    ['restart', { restart: 'always' }],
  ])('a wrong %s is refused, and nothing is started: %p (SUP-007, SUP-012)', async (option, wrong) => {
    const { runtime } = newTree();
    const options = { ...good, ...wrong } as unknown as SupervisorOptions;
    await expect(runtime.startSupervisor(options)).rejects.toMatchObject({ option });
    expect(runtime.stats().processes).toBe(0);
  });

  test('an option that does not exist is ignored (SUP-008)', async () => {
    const { runtime } = newTree();
    const root = await runtime.startSupervisor({ ...good, colour: 'red' } as SupervisorOptions);
    expect(root.isAlive).toBe(true);
  });

  test.each([[3], [4]])(
    'by default three restarts within five seconds are allowed: crash %i (SUP-009)',
    async (crashes) => {
      const tree = newTree();
      const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [tree.worker('a')] });
      for (let crash = 1; crash <= crashes; crash++) {
        await tree.crash('a');
        await tree.clock.advance(crash === 3 ? 2_000 : 1_500);
      }
      expect(root.isAlive).toBe(crashes < 4);
    },
  );

  test('by default a worker is permanent and has 5 s to stop, a supervisor as long as it takes (SUP-010, SUP-017, SUP-064)', () => {
    const facts = ({ restart, shutdownMs, type }: ChildSpec) => [restart, shutdownMs, type];
    expect(facts(child(Plain))).toEqual(['permanent', 5000, 'worker']);
    expect(facts(supervisor(good))).toEqual(['permanent', 'infinity', 'supervisor']);
    expect(facts(dynamicSupervisor())).toEqual(['permanent', 'infinity', 'supervisor']);
  });

  test('the defaults of the class come before those, and what is given before both (GS-090, SUP-016)', () => {
    expect(child(Slow)).toMatchObject({ restart: 'transient', shutdownMs: 'infinity' });
    expect(child(Slow, { restart: 'temporary', shutdownMs: 0 })).toMatchObject({ restart: 'temporary', shutdownMs: 0 });
  });

  test.each([
    ['restart', { restart: 'sometimes' }],
    ['shutdownMs', { shutdownMs: -1 }],
    ['shutdownMs', { shutdownMs: 'kill' }],
    ['shutdownMs', { shutdownMs: Infinity }],
    ['shutdownMs', { shutdownMs: NaN }],
    ['id', { id: '' }],
    ['name', { name: 3 }],
    ['args', { args: 'ab' }],
    ['create', { create: 1 }],
    ['startTimeoutMs', { startTimeoutMs: -1 }],
  ])('a wrong %s of a child is refused: %p (SUP-012)', (option, wrong) => {
    expect(thrownBy(() => child(Plain, wrong as never))).toMatchObject({ option });
  });

  test.each([[0], ['brutal_kill' as const], ['infinity' as const]])(
    '%p is a valid shutdown (SUP-012)',
    (shutdownMs) => {
      expect(child(Plain, { shutdownMs }).shutdownMs).toBe(shutdownMs);
    },
  );

  const good0 = child(Plain);

  test.each([
    ['invalid_child_spec', 7],
    ['invalid_child_spec', null],
    ['missing_start', {}],
    ['missing_start', { ...good0, serverClass: undefined }],
    ['missing_start', { ...good0, start: undefined }],
    ['missing_start', { ...good0, toRef: undefined }],
    ['missing_id', { ...good0, id: undefined }],
    ['invalid_id', { ...good0, id: '' }],
    ['invalid_mfa', { ...good0, serverClass: Date }],
    ['invalid_mfa', { ...good0, start: { args: 7 } }],
    ['invalid_restart_type', { ...good0, restart: 'sometimes' }],
    ['invalid_shutdown', { ...good0, shutdownMs: -1 }],
    ['invalid_child_type', { ...good0, type: 'boss' }],
    ['invalid_significant', { ...good0, significant: 'yes' }],
  ])('a specification that is wrong is refused with the word %s: %p (SUP-011, SUP-012)', async (kind, given) => {
    const { runtime } = newTree();
    const wrong = given as ChildSpec;
    await expect(runtime.startSupervisor({ ...good, children: [wrong] })).rejects.toMatchObject({ kind });
    const root = await runtime.startSupervisor(good);
    const pool = await runtime.startDynamicSupervisor();
    await expect(root.startChild(wrong)).rejects.toMatchObject({ kind, code: 'ERR_GENSERVER_INVALID_OPTION' });
    await expect(pool.startChild(wrong as never)).rejects.toMatchObject({ kind });
    expect([await root.whichChildren(), await pool.whichChildren()]).toEqual([[], []]);
  });

  test.each([
    ['invalid_strategy', { strategy: 'one_for_some' }],
    ['invalid_intensity', { maxRestarts: -1 }],
    ['invalid_period', { maxSeconds: 0 }],
    ['invalid_children', { children: 7 }],
    ['invalid_restart_type', { restart: 'always' }],
    ['invalid_significant', { significant: 1 }],
  ])('a wrong option of a supervisor has the word %s: %p (SUP-007)', (kind, wrong) => {
    expect(thrownBy(() => supervisor({ ...good, ...wrong } as SupervisorOptions))).toMatchObject({ kind });
  });

  test('a field that does not exist is ignored in a specification (SUP-013)', async () => {
    const { runtime } = newTree();
    const children = [{ ...good0, colour: 'red' } as ChildSpec];
    const root = await runtime.startSupervisor({ ...good, children });
    expect(await root.countChildren()).toMatchObject({ active: 1 });
  });

  test('by default a child is not significant (SUP-010)', () => {
    expect([child(Plain), supervisor(good), dynamicSupervisor()].map(({ significant }) => significant)).toEqual(
      Array(3).fill(false),
    );
  });

  test.each([
    ['two strings', () => [child(Plain, { id: 'x' }), child(Slow, { id: 'x' })], 'x'],
    ['a class twice', () => [Plain, Plain], 'Plain'],
    ['a name twice', () => [child(Plain, { name: 'n' }), child(Plain, { name: 'n' })], 'n'],
  ])('two children with one id are refused: %s (SUP-014)', (_, children, received) => {
    const error = thrownBy(() => supervisor({ ...good, children: children() }));
    expect(error).toMatchObject({ kind: 'duplicate_child_name', option: 'children', received });
  });

  test('ids are compared by identity: two symbols with one description are two (SUP-014)', async () => {
    const { runtime } = newTree();
    const children = [child(Plain, { id: Symbol('x') }), child(Plain, { id: Symbol('x') }), child(Plain, { id: 'x' })];
    const root = await runtime.startSupervisor({ ...good, children });
    expect(await root.countChildren()).toMatchObject({ specs: 3, active: 3 });
  });

  test('a specification can be made and checked without starting anything (SUP-015)', () => {
    expect(() => supervisor({ ...good, children: [Plain, Slow] })).not.toThrow();
    expect(() => child(Date as never)).toThrow(InvalidOptionError);
  });

  test('a class stands for its default specification (SUP-016)', async () => {
    const { runtime } = newTree();
    const root = await runtime.startSupervisor({ ...good, children: [Plain] });
    expect(await root.whichChildren()).toMatchObject([{ id: Plain, type: 'worker', restart: 'permanent' }]);
  });
});
