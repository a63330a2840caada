import { child, GenServer, Registry, type RegistryRef, type Runtime, type ServerRef, via } from '../../src/index.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

/** What is registered in these tests. */
export class Room extends GenServer {
  ping(): string {
    return 'pong';
  }
  crash(): never {
    throw new Error('boom');
  }
}

const names = child(Registry, { args: [{ keys: 'unique' }], name: 'rooms', restart: 'temporary' });

/** Makes runtimes, and runtimes with a registry `rooms`. */
export function useRooms(): {
  readonly newRuntime: ReturnType<typeof useRuntimes>;
  readonly start: () => Promise<TestRuntime & { readonly rooms: RegistryRef }>;
} {
  const newRuntime = useRuntimes();
  const start = async (): Promise<TestRuntime & { readonly rooms: RegistryRef }> => {
    const made = newRuntime();
    await made.runtime.startSupervisor({ strategy: 'one_for_one', children: [names] });
    return { ...made, rooms: made.runtime.registry('rooms') };
  };
  return { newRuntime, start };
}

/** Starts a room under a key. */
export const open = (runtime: Runtime, key: unknown): Promise<ServerRef<Room>> =>
  runtime.start(Room, { name: via('rooms', key) });
