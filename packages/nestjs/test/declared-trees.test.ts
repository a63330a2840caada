import { describe, expect, test } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { child, GenServer } from '@rookery/genserver';
import {
  DynamicSupervisor,
  feature,
  PartitionSupervisor,
  Registry,
  Supervised,
  SupervisionModule,
  Supervisor,
  TreeError,
} from '../src/index.js';
import { Alpha, Beta, inner, treeOf } from './support/trees.js';

class Plain extends GenServer {}

class SubAlpha extends Alpha {}

@PartitionSupervisor({ partitions: 2, child: Alpha })
class Alphas {}

describe('a tree that makes no sense is refused when it is declared', () => {
  test.each([
    ['an undecorated child', () => treeOf(Plain), 'not_decorated', /Plain is a child of Root .*@Supervised/],
    ['a subclass of a decorated class', () => treeOf(SubAlpha), 'not_decorated', /SubAlpha/],
    ['an undecorated root', () => Plain, 'not_decorated', /Plain is a child of the tree|Plain is the root/],
    ['a root that is a server', () => Alpha, 'not_decorated', /Alpha is the root of the tree .*@Supervisor/],
    ['a child listed twice', () => treeOf(Alpha, Beta, Alpha), 'listed_twice', /Alpha is in the tree twice/],
    ['a class under two supervisors', () => treeOf(treeOf(Alpha), Alpha), 'listed_twice', /Alpha/],
    ['a class in a list and in partitions', () => treeOf(Alphas, Alpha), 'listed_twice', /Alpha/],
    ['a place for a feature listed twice', () => treeOf(feature('x'), feature('x')), 'listed_twice', /feature\('x'\)/],
    [
      'a specification with the name of a class',
      () => treeOf(Alpha, child(Plain, { name: 'Alpha' })),
      'name_taken',
      /Alpha/,
    ],
    [
      'two names deep inside specifications',
      () => treeOf(inner('one', child(Plain, { name: 'p' })), inner('two', child(Plain, { name: 'p' }))),
      'name_taken',
      /Plain and Plain are both named "p"/,
    ],
  ] as const)('%s', (_, makeRoot, kind, message) => {
    const error = errorOf(() => SupervisionModule.forRoot({ root: makeRoot() }));
    expect(error).toBeInstanceOf(TreeError);
    expect(error).toMatchObject({ kind, message: expect.stringMatching(message) as unknown });
  });

  test('a supervisor that supervises itself, with the path', () => {
    const children: Type<unknown>[] = [];
    @Supervisor({ strategy: 'one_for_one', children })
    class Inner {}
    @Supervisor({ strategy: 'one_for_one', children: [Inner] })
    class Outer {}
    children.push(Outer);
    expect(errorOf(() => SupervisionModule.forRoot({ root: Outer }))).toMatchObject({
      code: 'ERR_SUPERVISION_CYCLE',
      message: expect.stringContaining('Outer → Inner → Outer') as unknown,
    });
  });

  test('two children with one name', () => {
    @Supervised({ name: 'Alpha' })
    class Gamma extends GenServer {}
    @Supervisor({ strategy: 'one_for_one', children: [Alpha, Gamma] })
    class Root {}
    expect(errorOf(() => SupervisionModule.forRoot({ root: Root }))).toMatchObject({
      kind: 'name_taken',
      message: expect.stringContaining('Gamma and Alpha are both named "Alpha"') as unknown,
    });
  });

  test('two children given by specification may both be without a name', () => {
    const children = [child(Plain, { id: 'a' }), child(Plain, { id: 'b' })];
    @Supervisor({ strategy: 'one_for_one', children })
    class Root {}
    expect(() => SupervisionModule.forRoot({ root: Root })).not.toThrow();
  });

  test('a child that is undefined, as in a circle of imports', () => {
    expect(errorOf(() => SupervisionModule.forRoot({ root: treeOf(undefined as never) }))).toMatchObject({
      code: 'ERR_SUPERVISION_UNDEFINED_CHILD',
      message: expect.stringMatching(/A child of Root is undefined: .* import each other/) as unknown,
    });
  });

  test.each([
    ['a child that is neither a class nor a specification', { strategy: 'one_for_one', children: ['Alpha'] }],
    ['no children', { strategy: 'one_for_one' }],
    ['no options', undefined],
  ])('a supervisor with %s', (_, options) => {
    class Root {}
    Supervisor(options as never)(Root);
    expect(errorOf(() => SupervisionModule.forRoot({ root: Root }))).toMatchObject({
      code: 'ERR_GENSERVER_INVALID_OPTION',
      message: expect.stringContaining('`children of Root`') as unknown,
    });
  });

  test.each([Supervised(), Supervisor({ strategy: 'one_for_one', children: [] }), DynamicSupervisor()])(
    'a class that is decorated twice',
    (decorate) => {
      class Twice extends GenServer {}
      decorate(Twice);
      expect(errorOf(() => Supervised()(Twice))).toMatchObject({
        code: 'ERR_SUPERVISION_DECORATED_TWICE',
        message: expect.stringMatching(/^Twice has/) as unknown,
      });
    },
  );

  test.each([
    ['a dynamic supervisor', () => DynamicSupervisor({ maxChildren: -1 }), /`maxChildren`.*`-1`/],
    ['a registry', () => Registry({ keys: 'some' } as never), /`keys`.*"some"/],
    ['partitions', () => PartitionSupervisor({ child: Plain, partitions: 0 }), /`partitions`.*`0`/],
    ['partitions without a child', () => PartitionSupervisor({} as never), /`child`/],
    [
      'a supervisor',
      () => Supervisor({ strategy: 'one_for_one', children: [], maxRestarts: -1 }),
      /`maxRestarts`.*`-1`/,
    ],
  ])('what the core refuses of %s', (_, decorator, message) => {
    class Odd {}
    decorator()(Odd);
    expect(() => SupervisionModule.forRoot({ root: treeOf(Odd) })).toThrow(message);
  });

  test.each([undefined, null, 'Root'])('no options: %p', (options) => {
    expect(() => SupervisionModule.forRoot(options as never)).toThrow(/Expected `options` to be \{ root/);
  });

  test.each([
    [{ root: undefined }, /`root` to be a class decorated with @Supervisor, got `undefined`/],
    [{ root: treeOf(), shutdownTimeoutMs: -1 }, /`shutdownTimeoutMs`.*`-1`/],
    [{ root: treeOf(), shutdownTimeoutMs: Number.NaN }, /`shutdownTimeoutMs`.*`NaN`/],
    [{ root: treeOf(), onGiveUp: 'restart' }, /`onGiveUp`.*'exit', 'close' or a function.*"restart"/],
    [{ root: treeOf(), clock: {} }, /`clock` to be a Clock/],
    [{ root: treeOf(), random: 4 }, /`random` to be a function, got `4`/],
    [{ root: treeOf(), redact: 'all' }, /`redact` to be a function/],
    [{ root: treeOf(), asyncContext: 1 }, /`asyncContext` to be a boolean, got `1`/],
    [{ root: treeOf(), readinessDelayMs: -1 }, /`readinessDelayMs`.*`-1`/],
    [{ root: treeOf(), readinessDelayMs: 600, shutdownTimeoutMs: 1000 }, /`readinessDelayMs` to be at most half/],
    [{ root: treeOf(), shutdownTimeout: 5 }, /`shutdownTimeout` to be one of the options .*shutdownTimeoutMs/],
    [{ root: treeOf(), create: () => ({}) }, /`create` to be left out, as Nest makes the instances/],
  ])('an option that makes no sense: %p', (options, message) => {
    expect(() => SupervisionModule.forRoot(options as never)).toThrow(message);
  });
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
}
