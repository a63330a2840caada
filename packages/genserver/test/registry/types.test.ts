import { expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  type ChildSpec,
  type Pid,
  registry,
  type RegistryEntry,
  type RegistryRef,
  type Runtime,
  type Self,
  type UpdateResult,
  via,
} from '../../src/index.js';

interface Seat {
  readonly row: number;
}

/** Only type-checked, never run. */
function uses(runtime: Runtime, self: Self): void {
  const seats = runtime.registry<string, Seat>('seats');
  expectTypeOf(seats.whereis('a')).toEqualTypeOf<Pid | undefined>();
  expectTypeOf(seats.lookup('a')).toEqualTypeOf<readonly RegistryEntry<Seat>[]>();
  expectTypeOf(seats.keys()).toEqualTypeOf<readonly string[]>();
  expectTypeOf(seats.keys(self.pid)).toEqualTypeOf<readonly string[]>();
  expectTypeOf(seats.values('a', 'somebody')).toEqualTypeOf<readonly Seat[]>();
  expectTypeOf(seats.updateValue(self, 'a', ({ row }) => ({ row: row + 1 }))).toEqualTypeOf<UpdateResult<Seat>>();
  expectTypeOf(
    seats.select(
      () => true,
      ({ value, key }) => `${key}${value.row}`,
    ),
  ).toEqualTypeOf<readonly string[]>();
  expectTypeOf(seats.dispatch('a', (all) => all.map(({ value }) => value.row))).toEqualTypeOf<number[] | undefined>();
  expectTypeOf(seats.lock(self, 'a', async () => 7)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(runtime.registry('any')).toEqualTypeOf<RegistryRef>();

  seats.register(self, 'a', { row: 1 });
  // @ts-expect-error: a value is needed
  seats.register(self, 'a');
  // @ts-expect-error: a key is a string
  seats.register(self, 1, { row: 1 });
  // @ts-expect-error: of a pid that may be undefined one must know whether it is
  seats.keys(seats.whereis('a'));
  runtime.registry<string>('names').register(self, 'a');

  via(seats, 'a', { row: 1 });
  via(seats, 'a'); // to find it
  // @ts-expect-error: a key of this registry is a string
  via(seats, 1);
  // @ts-expect-error: a value of this registry is a seat
  via(seats, 'a', 'front');
  via('seats', 1, 'front'); // nobody can know
}

test('keys and values of a registry have the types it was made with', () => {
  expect(uses).toBeInstanceOf(Function);
  expectTypeOf(registry<string, Seat>({ name: 'seats', keys: 'unique' })).toEqualTypeOf<
    ChildSpec<RegistryRef<string, Seat>>
  >();
});
