import { describe, expect, test } from '@jest/globals';
import { GenServer, type ServerRef } from '../../src/index.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

/** Asks a server, wherever it runs. */
class Client extends GenServer {
  ask(other: ServerRef<Probe>): Promise<string> {
    return other.call.ping();
  }
}

describe('two runtimes', () => {
  test('are asked by each other through refs', async () => {
    const [here, there] = [newRuntime().runtime, newRuntime().runtime];
    const client = await here.start(Client);
    expect(await client.call.ask(await there.start(Probe))).toBe('pong');
  });

  test('have no links, monitors, signals or stops between them, as pids mean something else there', async () => {
    const [here, there] = [newRuntime().runtime, newRuntime().runtime];
    const [probe, stranger] = [await here.start(Probe), await there.start(Probe)];
    const refused = expect.objectContaining({ option: 'address', received: 'Probe<1>' });
    for (const tryIt of [
      () => here.kill(stranger),
      () => here.whereis(stranger),
      () => here.register('n', stranger),
      () => here.sendAfter(stranger, 1, 'late'),
    ]) {
      expect(tryIt).toThrow(refused);
    }
    await expect(here.stop(stranger)).rejects.toEqual(refused);
    const errors = await probe.call.run(({ self }) =>
      [() => self.link(stranger), () => void self.monitor(stranger)].map((tryIt) => {
        try {
          return tryIt();
        } catch (error) {
          return error;
        }
      }),
    );
    expect(errors).toEqual([refused, refused]);
    expect(stranger.isAlive).toBe(true);
  });
});
