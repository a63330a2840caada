import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { PGlite } from '@electric-sql/pglite';
import { systemClock } from '@rookery/genserver';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { migrationsFolder } from '../../src/store/migrations.js';
import { databaseAt } from '../../src/store/open.js';
import { gamesById } from '../../src/store/queries/games.js';
import { pendingMails } from '../../src/store/queries/mails.js';
import { StoreChild } from '../support/store-child.js';

const TEST_MS = 180_000;
const folders: string[] = [];
const children: StoreChild[] = [];

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  folders.push(folder);
  return folder;
};

function startChild(...how: ConstructorParameters<typeof StoreChild>): StoreChild {
  const started = new StoreChild(...how);
  children.push(started);
  return started;
}

const open = (dataDir: string) => databaseAt({ dataDir })({ clock: systemClock, signal: new AbortController().signal });

afterEach(async () => {
  for (const each of children.splice(0)) await each.kill();
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test(
  'after kill -9 in the middle of many writes every acknowledged move is there, and the folder is free',
  async () => {
    const dataDir = newFolder();
    const playing = startChild(dataDir, 'play');
    await playing.saysLines(2_000, /^game \d+: \d+$/);
    await playing.kill();
    const database = await open(dataDir);
    try {
      const ids = Array.from({ length: 200 }, (_, index) => `game ${index}`);
      const records = new Map((await gamesById(database.orm, ids)).map((record) => [record.id, record]));
      const acknowledged = playing.lines.flatMap((line) => {
        const [, id, ply] = /^(game \d+): (\d+)$/.exec(line) ?? [];
        return id === undefined ? [] : [{ id, ply: Number(ply) }];
      });
      expect(acknowledged.length).toBeGreaterThanOrEqual(2_000);
      expect(acknowledged.filter(({ id, ply }) => records.get(id)?.moves[ply] !== ply % 7)).toEqual([]);
      for (const { moves } of records.values()) expect(moves).toEqual(moves.map((_, ply) => ply % 7));
    } finally {
      await database.close();
    }
  },
  TEST_MS,
);

test(
  'a folder that another process uses is refused, until that one ends, however it ends',
  async () => {
    const dataDir = newFolder();
    const holder = startChild(dataDir, 'hold');
    await holder.says(/^open$/m);
    await expect(open(dataDir)).rejects.toMatchObject({
      name: 'StoreStartError',
      reason: 'folder_in_use',
      message: `Another process uses the database in ${join(dataDir, 'store')}. Stop it, or set DATA_DIR to another folder.`,
    });
    const second = startChild(dataDir, 'hold');
    await second.says(/^failed: .*Another process uses the database/m);
    await holder.kill();
    const database = await open(dataDir);
    await database.close();
    await (await open(dataDir)).close();
  },
  TEST_MS,
);

test(
  'a database that the first version of the app has made is migrated, and a mail that waits there is due at once',
  async () => {
    const dataDir = newFolder();
    const data = join(dataDir, 'store', 'pgdata');
    mkdirSync(join(dataDir, 'store'));
    const client = await PGlite.create(data);
    await migrate(drizzle({ client }), { migrationsFolder: firstMigration() });
    await client.exec(`
      insert into games (id, x_level) values ('one', 1);
      insert into mails (game_id, "to", subject, text, attempts, last_error, given_up_at) values
        ('one', 'ada@example.org', 'waits', '', 7, '452', null), ('one', 'bob@example.org', 'given up', '', 1, '550', now());`);
    await client.close();

    const database = await open(dataDir);
    try {
      expect(await pendingMails(database.orm, 10)).toMatchObject([{ subject: 'waits', attempts: 7 }]);
    } finally {
      await database.close();
    }
  },
  TEST_MS,
);

test(
  'what the environment says of PostgreSQL servers does not concern a folder',
  async () => {
    process.env['PGSSLMODE'] = 'require';
    try {
      const database = await open(newFolder());
      expect(database.kind).toBe('pglite');
      await database.close();
    } finally {
      delete process.env['PGSSLMODE'];
    }
  },
  TEST_MS,
);

/** A folder with no migration but the first. */
function firstMigration(): string {
  const folder = newFolder();
  cpSync(migrationsFolder, folder, { recursive: true });
  const journal = join(folder, 'meta', '_journal.json');
  const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8')) as { readonly entries: readonly unknown[] };
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, 1) }));
  return folder;
}

describe('a start that cannot succeed says why', () => {
  test('the folder is a file', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    await expect(open(file)).rejects.toMatchObject({ name: 'StoreStartError', reason: 'bad_folder' });
    await expect(open(file)).rejects.toThrow(`The database in ${join(file, 'store')} cannot be opened`);
  });

  test(
    'a newer version of the app has migrated the database; one that was half made is no obstacle',
    async () => {
      const dataDir = newFolder();
      mkdirSync(join(dataDir, 'store', 'pgdata.new'), { recursive: true });
      writeFileSync(join(dataDir, 'store', 'pgdata.new', 'PG_VERSION'), 'half');
      const database = await open(dataDir);
      const newer = Date.UTC(2100, 0, 1);
      await database.orm.execute(
        sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', ${newer})`,
      );
      await database.close();
      const refused = {
        name: 'StoreStartError',
        reason: 'newer_schema',
        message: expect.stringContaining('2100-01-01'),
      };
      await expect(open(dataDir)).rejects.toMatchObject(refused);
      await expect(open(dataDir)).rejects.toMatchObject(refused); // the lock was given back
    },
    TEST_MS,
  );
});
