import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Where Debian's package `postgresql` puts what a server needs; undefined when it is not installed. */
export function postgresBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

/** A PostgreSQL server of its own, in a temporary folder, on a free port. */
export class Cluster {
  #server: ChildProcess | undefined;
  #databases = 0;

  private constructor(
    private readonly bin: string,
    private readonly folder: string,
    readonly port: number,
    private readonly owner: Owner | undefined,
  ) {}

  static async create(bin: string): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
    const owner = ownerOf(folder);
    const initialise = [
      '-D',
      join(folder, 'data'),
      '-U',
      'games',
      '-A',
      'trust',
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C',
    ];
    execFileSync(join(bin, 'initdb'), initialise, { ...owner, cwd: folder, stdio: 'ignore' });
    const cluster = new Cluster(bin, folder, await freePort(), owner);
    await cluster.start();
    return cluster;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const options = ['-D', join(this.folder, 'data'), '-p', String(this.port), '-k', this.folder, '-h', '127.0.0.1'];
    const server = spawn(join(this.bin, 'postgres'), options, {
      ...this.owner,
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#server = server;
    let said = '';
    server.stderr.setEncoding('utf8');
    for await (const text of server.stderr.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
      said += text;
      if (said.includes('ready to accept connections')) return void server.stderr.resume();
    }
    throw new Error(`PostgreSQL did not start:\n${said}`);
  }

  /** SIGINT: ends all connections and goes in good order. SIGQUIT: as in a crash. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  async destroy(): Promise<void> {
    await this.stop('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The URL of a new database. */
  async newDatabase(): Promise<string> {
    const name = `games_${++this.#databases}`;
    await this.run('postgres', `create database ${name}`);
    return this.url(name);
  }

  url(database: string, user = 'games', port = this.port): string {
    return `postgresql://${user}@127.0.0.1:${port}/${database}`;
  }

  async run(database: string, statement: string): Promise<readonly unknown[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      const { rows }: { readonly rows: readonly unknown[] } = await client.query(statement);
      return rows;
    } finally {
      await client.end();
    }
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then the user of Debian's package does. */
function ownerOf(folder: string): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const owner = { uid: idOf('-u'), gid: idOf('-g') };
  chownSync(folder, owner.uid, owner.gid);
  return owner;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
