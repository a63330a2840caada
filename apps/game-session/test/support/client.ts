import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TreeNode } from '@rookery/genserver';
import type { GameSummary, GameView } from '../../src/sessions/game-view.js';

/** Who has joined. */
export interface Player {
  readonly id: string;
  readonly token: string;
}

/** A client of the app over HTTP that puts up with nothing: any answer but success is an error. */
export class Client {
  constructor(private readonly url: string) {}

  async join(name: string, email?: string): Promise<Player> {
    const body = { name, ...(email !== undefined && { email }) };
    const { player, token } = await this.#ask<{ player: { id: string }; token: string }>('POST', '/players', body);
    return { id: player.id, token };
  }

  /** A game of two players who have just joined, with addresses if such are given. */
  async open(emails: readonly [string?, string?] = []): Promise<Table> {
    const players = [await this.join('ada', emails[0]), await this.join('bob', emails[1])] as const;
    const [ada, bob] = players;
    const { id } = await this.#ask<GameView>('POST', '/games', { opponent: 'anyone' }, ada);
    return { id, players, view: await this.#ask<GameView>('POST', `/games/${id}/join`, undefined, bob) };
  }

  /** Makes the moves of a whole game, or the next ones, one after another. Returns the last position. */
  async play(table: Table, columns: readonly number[]): Promise<GameView> {
    let view = await this.view(table.id);
    for (const column of columns) {
      const ply = view.moves.length;
      view = await this.#ask('POST', `/games/${table.id}/moves`, { ply, column }, table.players[ply % 2 === 0 ? 0 : 1]);
    }
    return view;
  }

  list(): Promise<readonly GameSummary[]> {
    return this.#ask<readonly GameSummary[]>('GET', '/games');
  }

  view(id: string): Promise<GameView> {
    return this.#ask<GameView>('GET', `/games/${id}`);
  }

  async crash({ id, players }: Table): Promise<void> {
    await this.#ask('POST', `/chaos/games/${id}/crash`, undefined, players[0]);
  }

  /** The node of a game's session in the tree. */
  async session(id: string): Promise<TreeNode | undefined> {
    const tree = await this.#ask<readonly TreeNode[]>('GET', '/tree');
    const all = (nodes: readonly TreeNode[]): readonly TreeNode[] =>
      nodes.flatMap((node) => [node, ...all(node.children)]);
    return all(tree).find(({ name }) => name === `games/${id}`);
  }

  async #ask<T>(method: string, path: string, body?: object, as?: Player): Promise<T> {
    const headers = {
      ...(body && { 'content-type': 'application/json' }),
      ...(as && { authorization: `Bearer ${as.token}` }),
    };
    const content = body && { body: JSON.stringify(body) };
    const response = await fetch(`${this.url}/api${path}`, { method, headers, ...content });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} -> ${response.status} ${answer}`);
    return (answer === '' ? undefined : JSON.parse(answer)) as T;
  }
}

/** A game and who plays it; the first begins. */
export interface Table {
  readonly id: string;
  readonly players: readonly [Player, Player];
  readonly view: GameView;
}

/**
 * A request whose body comes in two parts. When this resolves the server has begun the request: with `Expect: 100-continue` it
 * says so itself, so nobody has to guess how long that takes. `finish` sends the rest and gives the answer.
 */
export async function beginSlowly(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly finish: () => Promise<{ readonly status: number | undefined; readonly answer: unknown }> }> {
  const content = JSON.stringify(body);
  const half = content.length / 2;
  const request = httpRequest(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': content.length,
      expect: '100-continue',
      ...headers,
    },
  });
  const responded = once(request, 'response');
  responded.catch(() => {}); // `finish` tells
  await once(request, 'continue');
  request.write(content.slice(0, half));
  return {
    finish: async () => {
      request.end(content.slice(half));
      const [response] = (await responded) as Parameters<Parameters<typeof httpRequest>[2] & object>;
      return { status: response.statusCode, answer: JSON.parse(await text(response)) as unknown };
    },
  };
}
