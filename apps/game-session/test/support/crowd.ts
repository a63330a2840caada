import { setTimeout as sleep } from 'node:timers/promises';
import type { GameView } from '../../src/sessions/game-view.js';
import { RefusedError } from './player.js';
import { Chair, Table } from './table.js';

/** After which what was refused is asked for again. */
const AGAIN_MS = 250;
/** So many things at a time, where it does not matter how many. */
const TOGETHER = 40;
/** What may pass by itself. Any other refusal is one that no player should get here. */
const PASSING = new Set(['store_unavailable', 'restarting', 'timeout']);

/** Many games at once, whose players move as fast as they are answered, and remember every answer. */
export class Crowd {
  /** How often something was refused, by reason. */
  readonly refusals = new Map<string, number>();
  #acknowledged = 0;
  #looks: (() => void)[] = [];

  private constructor(readonly tables: readonly Table[]) {}

  static async gather(url: string, games: number, way: 'socket' | 'http' = 'socket'): Promise<Crowd> {
    const numbers = Array.from({ length: games }, (_, number) => number);
    const tables = await together(numbers, async (number) => {
      const chairs = [Chair.take(url, `x${number}`, way), Chair.take(url, `o${number}`, way)] as const;
      return Table.open(await Promise.all(chairs), number);
    });
    return new Crowd(tables);
  }

  get open(): readonly Table[] {
    return this.tables.filter(({ isOver }) => !isOver);
  }

  /** To the app, after it was started again. */
  async sitDown(url: string): Promise<void> {
    await together(this.tables, (table) => table.sitDown(url));
  }

  leave(): void {
    for (const { clients } of this.tables) for (const client of clients) client.close();
  }

  /** Resolves when every game is over, or its players have lost the app. */
  async play(): Promise<void> {
    await Promise.all(this.open.map((table) => this.#play(table)));
  }

  /** Waits for so many more acknowledged moves. */
  async acknowledges(more: number): Promise<void> {
    const enough = this.#acknowledged + more;
    while (this.#acknowledged < enough && this.open.length > 0) {
      await new Promise<void>((resolve) => void this.#looks.push(resolve));
    }
  }

  /** The games that are not, over HTTP, as they should be. */
  async wrong(url: string, isRight: (table: Table, view: GameView) => boolean): Promise<readonly string[]> {
    const found = await together(this.tables, async (table) => {
      const view = (await (await fetch(`${url}/api/games/${table.id}`)).json()) as GameView;
      return isRight(table, view) ? [] : [`${String(table)} is ${JSON.stringify(view)}`];
    });
    return found.flat();
  }

  async #play(table: Table): Promise<void> {
    while (!table.isOver) {
      try {
        await table.move();
        this.#acknowledged++;
        for (const look of this.#looks.splice(0)) look();
      } catch (error) {
        if (!(error instanceof RefusedError)) return this.#lost(table, error);
        const { reason } = error.error;
        this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
        if (!PASSING.has(reason)) throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  /** No answer: well, if the app is gone. */
  #lost({ clients }: Table, error: unknown): void {
    const isCutOff = clients.some(({ isClosed }) => isClosed) || error instanceof TypeError; // fetch's
    if (!isCutOff) throw error;
  }
}

async function together<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += TOGETHER) {
    results.push(...(await Promise.all(items.slice(from, from + TOGETHER).map((item) => work(item)))));
  }
  return results;
}
