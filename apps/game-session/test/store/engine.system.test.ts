import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { ManualClock } from '@rookery/genserver/testing';
import { openFolder } from '../../src/store/embedded.js';
import { engineInThread } from '../../src/store/engine.js';

const TEST_MS = 60_000;
const folders: string[] = [];
const clock = new ManualClock();
const wanted = { clock, signal: new AbortController().signal };

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  folders.push(folder);
  return folder;
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test(
  'a PGlite that cannot start says why, and one that has ended says so; to end it again is harmless',
  async () => {
    const broken = newFolder();
    mkdirSync(join(broken, 'pgdata'));
    writeFileSync(join(broken, 'pgdata', 'PG_VERSION'), 'none');
    await expect(engineInThread(broken, wanted)).rejects.toThrow(/./);
    await expect(openFolder(broken, wanted)).rejects.toMatchObject({ name: 'StoreStartError', reason: 'bad_folder' });

    const engine = await engineInThread(newFolder(), wanted);
    await engine.close();
    await expect(engine.exchange(new Uint8Array(5))).rejects.toMatchObject({ reason: 'stopping' });
    await engine.close();
    expect(clock.pendingTimers).toBe(0);
  },
  TEST_MS,
);

test(
  'a PGlite that does not end in five seconds is ended, and so is one that is not wanted any more before it is open',
  async () => {
    const folder = newFolder();
    const engine = await engineInThread(folder, wanted);
    const never = engine.exchange(Uint8Array.of(0xff, 0, 0, 0, 4)); // no message of the protocol: it is stuck
    const closed = engine.close();
    await clock.advance(5_000);
    await expect(never).rejects.toMatchObject({ name: 'StoreStartError', reason: 'stopping' });
    await closed;
    expect(clock.pendingTimers).toBe(0);

    const stopping = new AbortController();
    const starting = engineInThread(folder, { clock, signal: stopping.signal });
    stopping.abort();
    await expect(starting).rejects.toMatchObject({ name: 'StoreStartError', reason: 'stopping' });
    await expect(engineInThread(folder, { clock, signal: stopping.signal })).rejects.toMatchObject({
      reason: 'stopping',
    });

    await (await engineInThread(folder, wanted)).close(); // which it survives
  },
  TEST_MS,
);

test(
  'between two batches there is a pause, in which more comes together; a batch that comes alone does not wait',
  async () => {
    const database = await openFolder(newFolder(), wanted);
    (await database.connect()).release();
    const next = database.connect();
    let isGiven = false;
    void next.then(() => (isGiven = true));
    await database.orm.execute('select 1'); // reads do not wait for it
    expect(isGiven).toBe(false);
    await clock.advance(5);
    (await next).release();
    await clock.advance(5);
    (await database.connect()).release();
    await database.close();
    expect(clock.pendingTimers).toBe(0);
  },
  TEST_MS,
);

test(
  'a statement that does not end keeps no stop waiting for longer than five seconds, and the folder is free again',
  async () => {
    const folder = newFolder();
    const database = await openFolder(folder, wanted);
    const connection = await database.connect();
    const endless = connection.orm.execute('do $$ begin loop null; end loop; end $$');
    const released = endless.then(undefined, (error: unknown) => connection.release(error));
    const closed = database.close();
    await clock.advance(5_000);
    await released;
    await closed;
    expect(clock.pendingTimers).toBe(0);
    await (await openFolder(folder, wanted)).close();
  },
  TEST_MS,
);
