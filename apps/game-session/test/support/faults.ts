import { DrizzleQueryError } from 'drizzle-orm';
import type { Connection, Database, OpenDatabase } from '../../src/store/database.js';
import { ConnectionError } from '../../src/store/errors.js';
import type { Orm } from '../../src/store/orm.js';

/**
 * How a database fails. `no connection`: none can be had. `lost`: the connection, before anything was written. `answer lost`:
 * after it was. `hangs`: until it is told to go on. `broken`: by a mistake of ours.
 */
export type Fault = 'none' | 'no connection' | 'lost' | 'answer lost' | 'hangs' | 'broken';

/** Lets a database fail as PostgreSQL over a network may. */
export class Faults {
  fault: Fault = 'none';
  /** How often somebody came for a connection to write with. */
  attempts = 0;
  #goOn: (() => void)[] = [];

  /** How many statements hang. */
  get hanging(): number {
    return this.#goOn.length;
  }

  goOn(): void {
    this.fault = 'none';
    for (const goOn of this.#goOn.splice(0)) goOn();
  }

  open(open: OpenDatabase): OpenDatabase {
    return async (opener) => {
      const database = await open(opener);
      return { ...database, canBeAway: true, orm: this.#reading(database.orm), connect: () => this.#connect(database) };
    };
  }

  async #connect(database: Database): Promise<Connection> {
    this.attempts++;
    if (this.fault === 'no connection') throw new ConnectionError('No connection');
    const connection = await database.connect();
    return {
      orm: this.#writing(connection.orm),
      transaction: (work) => this.#with(() => connection.transaction(work)),
      release: (error) => connection.release(error),
    };
  }

  #writing(orm: Orm): Orm {
    const execute = (...args: Parameters<Orm['execute']>) => this.#with(async () => orm.execute(...args));
    return new Proxy(orm, {
      get: (target, key) => (key === 'execute' ? execute : (Reflect.get(target, key) as unknown)),
    });
  }

  #reading(orm: Orm): Orm {
    return new Proxy(orm, {
      get: (target, key) => {
        if (this.fault !== 'none') throw connectionLost();
        return Reflect.get(target, key) as unknown;
      },
    });
  }

  async #with<T>(work: () => Promise<T>): Promise<T> {
    if (this.fault === 'broken') throw new TypeError('a mistake of ours');
    if (this.fault === 'lost') throw connectionLost();
    if (this.fault === 'hangs') await new Promise<void>((resolve) => void this.#goOn.push(resolve));
    const result = await work();
    if (this.fault === 'answer lost') throw connectionLost();
    return result;
  }
}

function connectionLost(): Error {
  return new DrizzleQueryError('a statement', [], new Error('Connection terminated unexpectedly'));
}

/** Far more than anything here takes, so that what never comes is said where it is waited for. */
const TURNS = 20_000;

/** Lets the event loop turn until something has happened. */
export async function until(hasHappened: () => boolean, turn: () => Promise<void> = async () => {}): Promise<void> {
  for (let turns = 0; !hasHappened(); turns++) {
    if (turns === TURNS) throw new Error(`It does not come: ${String(hasHappened)}`);
    await turn();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
