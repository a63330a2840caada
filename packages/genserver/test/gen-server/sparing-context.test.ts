import { describe, expect, test } from '@jest/globals';
import { GenServer, type ServerClass, type ServerRef } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';
import { Probe, raise, rejection } from './probe.js';

const newRuntime = useRuntimes();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A method that is an async function says of its class that its handlers may go on after they have returned. */
class AsyncProbe extends Probe {
  async pause(): Promise<void> {
    await turn();
  }
}

/** Asks itself while it starts: `create` comes back to it later. */
class EagerServer extends GenServer<unknown> {
  override async init(ask: () => Promise<unknown>): Promise<unknown> {
    return rejection(ask());
  }

  result(): unknown {
    return this.state;
  }
}

/** Seen by what it is needed for: a server that calls itself is told so. */
describe('with asyncContext: false it is known whose code is running', () => {
  const cycle = { code: 'ERR_GENSERVER_CALL_CYCLE' };
  const start = async <S extends Probe>(serverClass: ServerClass<S>) => {
    const { runtime } = newRuntime({ asyncContext: false });
    return runtime.start(serverClass as ServerClass<Probe>);
  };

  test('in what follows, of the class that runs, not of the one that was asked for (GS-034, GS-083)', async () => {
    const { runtime } = newRuntime({ asyncContext: false });
    const ask = async (probe: ServerRef<Probe>): Promise<unknown> =>
      probe.call.run(async () => {
        await turn();
        return rejection(probe.call.ping());
      });
    const made = await runtime.start(Probe, { create: () => new AsyncProbe() });
    expect(await ask(made)).toMatchObject(cycle);
    class Plain extends Probe {}
    const replaced = await runtime.start(Plain);
    await runtime.sys.restartWithState(replaced, { serverClass: AsyncProbe });
    expect(await ask(replaced)).toMatchObject(cycle);
  });

  test('in codeChange, and so is one that asks its own process (GS-034, GS-083)', async () => {
    const { runtime } = newRuntime({ asyncContext: false });
    class Asking extends Probe {
      override codeChange(): void {
        return rejection(runtime.ref(Asking, 'asking').call.ping()).then((error) => raise(error)) as never;
      }
    }
    const asking = await runtime.start(Asking, { name: 'asking' });
    expect(await rejection(runtime.sys.restartWithState(asking))).toMatchObject(cycle);
  });

  test('in any handler up to its return (GS-034)', async () => {
    const probe = await start(Probe);
    expect(await probe.call.run(() => rejection(probe.call.ping()))).toMatchObject(cycle);
  });

  test('in what follows, if the class has an async method (GS-034)', async () => {
    const probe = await start(AsyncProbe);
    const late = probe.call.run(() => turn().then(() => rejection(probe.call.ping())));
    expect(await late).toMatchObject(cycle);
  });

  test('in what follows, from the second handler on that returns a promise (GS-034)', async () => {
    const probe = await start(Probe);
    await probe.call.run(turn);
    const late = probe.call.run(() => turn().then(() => rejection(probe.call.ping())));
    expect(await late).toMatchObject(cycle);
  });

  test('in an init that had to wait for its instance (GS-034)', async () => {
    const { runtime } = newRuntime({ asyncContext: false });
    const ask = (): Promise<unknown> => runtime.ref(EagerServer, 'eager').call.result();
    const create = (): Promise<EagerServer> => turn().then(() => new EagerServer());
    const eager = await runtime.start(EagerServer, { args: [ask], name: 'eager', create });
    expect(await eager.call.result()).toMatchObject(cycle);
  });

  test('and not any more when the handler has ended', async () => {
    const probe = await start(Probe);
    let left: Promise<unknown> | undefined;
    await probe.call.run(() => void (left = turn().then(() => probe.call.ping())));
    expect(await left).toBe('pong');
  });
});
