import { child, GenServer, Registry } from '@rookery/genserver';
import { Counter } from './rookery-counter.mjs';
import { checkCount } from './subject.mjs';
/** @import { RegistryRef, Runtime } from '@rookery/genserver' */
/** @import { Subject } from './subject.mjs' */

const KEYS = 1_000;

class Fragile extends Counter {
  /** Called when the next instance is up. */
  static started = () => {};

  /** @override */
  init() {
    Fragile.started();
    return 0;
  }

  crash() {
    throw new Error('boom');
  }
}

/** A supervised counter that crashes. @param {Runtime} runtime @returns {Pick<Required<Subject>, 'restart'>} */
export function fragile(runtime) {
  const ref = runtime.ref(Fragile, 'fragile');
  const start = once(() =>
    runtime.startSupervisor({
      strategy: 'one_for_one',
      maxRestarts: 1_000_000_000,
      maxSeconds: 1,
      children: [child(Fragile, { name: 'fragile' })],
    }),
  );
  return {
    async restart(count) {
      await start();
      for (let i = 0; i < count; i++) {
        const started = new Promise((resolve) => (Fragile.started = () => resolve(undefined)));
        ref.cast.crash();
        await started;
        checkCount(await ref.call.add(1), 1);
      }
    },
  };
}

/** One server that holds all keys. */
class Rooms extends GenServer {
  /** @override @param {RegistryRef<number, number>} registry */
  init(registry) {
    for (let key = 1; key <= KEYS; key++) registry.register(this.self, key, key);
  }
}

/** A registry. @param {Runtime} runtime @returns {Pick<Required<Subject>, 'lookUp'>} */
export function rooms(runtime) {
  /** @type {RegistryRef<number, number>} */
  const registry = runtime.registry('rooms');
  const start = once(async () => {
    await runtime.start(Registry, { args: [{ keys: 'unique' }], name: 'rooms' });
    await runtime.start(Rooms, { args: [registry] });
  });
  return {
    async lookUp(count) {
      await start();
      for (let i = 0; i < count; i++) {
        const key = (i % KEYS) + 1;
        checkCount(registry.lookup(key)[0]?.value ?? 0, key);
      }
    },
  };
}

/** A dynamic supervisor. @param {Runtime} runtime @returns {Pick<Required<Subject>, 'startAndStopChildren'>} */
export function children(runtime) {
  return {
    async startAndStopChildren(count) {
      const supervisor = await runtime.startDynamicSupervisor();
      for (let i = 0; i < count; i++) await supervisor.startChild(child(Counter));
      checkCount((await supervisor.countChildren()).active, count);
      await runtime.stop(supervisor);
    },
  };
}

/** @template T @param {() => T} make @returns {() => T} */
function once(make) {
  /** @type {{ readonly value: T } | undefined} */
  let made;
  return () => (made ??= { value: make() }).value;
}
