import { expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  type ChildSpec,
  child,
  type Deferred,
  GenStateMachine,
  type Ignored,
  ignore,
  type MachineTimeout,
  type MessageName,
  postpone,
  type Runtime,
  type ServerRef,
  type Started,
} from '../../src/index.js';

type DoorState =
  { readonly kind: 'locked'; readonly entered: readonly number[] } | { readonly kind: 'open'; readonly since: Date };

class Door extends GenStateMachine<DoorState, 'alarm' | 'light'> {
  override init(_code: readonly number[]): DoorState {
    return { kind: 'locked', entered: [] };
  }
  press(digit: number): 'wrong' | 'right' {
    return this.when({
      open: () => postpone(),
      locked: ({ entered }) => (entered.includes(digit) ? 'wrong' : 'right'),
    });
  }
  openSince(): Date | undefined {
    return this.when({ open: ({ since }) => since }, () => undefined);
  }
  waiter(): Deferred<number> {
    return this.self.defer<number>();
  }
  override handleEnter(previous: DoorState): void {
    expectTypeOf(previous).toEqualTypeOf<DoorState>();
  }
}

class Maybe extends GenStateMachine<DoorState> {
  override init(): DoorState | Ignored {
    return ignore();
  }
}

declare const door: ServerRef<Door>;
declare const runtime: Runtime;

/** Checked by the compiler, never run: the refs above do not exist. */
const checks: Record<string, () => void> = {
  'events are the public methods; callbacks are none': () => {
    expectTypeOf<MessageName<Door>>().toEqualTypeOf<'press' | 'openSince' | 'waiter'>();
    // @ts-expect-error a callback
    void door.call.handleEnter;
    // @ts-expect-error for the machine itself
    void door.call.when;
  },

  'a reply is what the rows return: postpone() does not show': () => {
    expectTypeOf(door.call.press).toEqualTypeOf<(digit: number) => Promise<'wrong' | 'right'>>();
    expectTypeOf(door.call.openSince).returns.toEqualTypeOf<Promise<Date | undefined>>();
    expectTypeOf(door.call.waiter).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(door.cast.press).toEqualTypeOf<(digit: number) => void>();
  },

  'a forgotten state does not compile, nor a row of no state, nor the data of another state': () => {
    void class extends Door {
      rows(): unknown {
        // @ts-expect-error open is missing
        this.when({ locked: () => 1 });
        // @ts-expect-error there is no such state
        this.when({ locked: () => 1, open: () => 2, ajar: () => 3 });
        // @ts-expect-error there is no such state, all others or not
        this.when({ ajar: () => 3 }, () => 1);
        // @ts-expect-error a locked door has not been open
        this.when({ locked: ({ since }) => since as unknown, open: () => 1 });
        const all = this.when({ locked: () => 1 as const, open: async () => 'x' });
        expectTypeOf(all).toEqualTypeOf<1 | Promise<string>>();
        return this.when({ locked: () => 1 }, (state) => {
          expectTypeOf(state).toEqualTypeOf<Extract<DoorState, { kind: 'open' }>>();
        });
      }
    };
  },

  'a state that is none does not compile': () => {
    void class extends Door {
      wrong(): void {
        // @ts-expect-error there is no such state
        this.state = { kind: 'ajar' };
        // @ts-expect-error its data is missing
        this.state = { kind: 'open' };
      }
    };
    // @ts-expect-error a state needs a kind
    void class extends GenStateMachine<{ readonly name: 'a' }> {};
    // @ts-expect-error a machine has a first state, so it has an init
    void class extends GenStateMachine<DoorState> {};
  },

  'timeouts have the names that the class says': () => {
    void class extends Door {
      timeouts(): void {
        expectTypeOf(this.self.timeout('alarm')).toEqualTypeOf<MachineTimeout>();
        // @ts-expect-error there is no such timeout
        this.self.timeout('alram');
      }
    };
  },

  'a machine is started, referred to and supervised as any server': () => {
    expectTypeOf<Started<Door>>().toEqualTypeOf<ServerRef<Door>>();
    expectTypeOf<Started<Maybe>>().toEqualTypeOf<ServerRef<Maybe> | undefined>();
    expectTypeOf(runtime.ref(Door, 'door')).toEqualTypeOf<ServerRef<Door>>();
    expectTypeOf(child(Door, { args: [[1, 2]], name: 'door' })).toEqualTypeOf<ChildSpec<ServerRef<Door>>>();
    // @ts-expect-error args are required where init requires them
    child(Door);
  },
};

test.each(Object.keys(checks))('%s', (rule) => {
  // The compiler has done the work: `npm run typecheck` fails where a line here is wrong.
  expect(checks[rule]).toBeInstanceOf(Function);
});
