import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TreeNode } from '@rookery/genserver';
import type { GameView } from '../../src/games/game-session.server.js';

/** A client of the app that puts up with nothing: any answer but success is an error. */
export class Client {
  constructor(private readonly url: string) {}

  open(first: string, second: string): Promise<GameView> {
    return this.#ask<GameView>('POST', '/games', { players: [first, second] });
  }

  move(id: string, player: string, column: number): Promise<GameView> {
    return this.#ask<GameView>('POST', `/games/${id}/moves`, { player, column });
  }

  /** Makes the moves of a whole game, or a part of it, one after another. Returns the last position. */
  async play(game: GameView, columns: readonly number[]): Promise<GameView> {
    let position = game;
    for (const column of columns) position = await this.move(game.id, position.turn ?? '', column);
    return position;
  }

  list(): Promise<readonly GameView[]> {
    return this.#ask<readonly GameView[]>('GET', '/games');
  }

  view(id: string): Promise<GameView> {
    return this.#ask<GameView>('GET', `/games/${id}`);
  }

  async crash(id: string): Promise<void> {
    await this.#ask('POST', `/games/${id}/crash`);
  }

  /** The node of a game's session in the tree. */
  async session(id: string): Promise<TreeNode | undefined> {
    const tree = await this.#ask<readonly TreeNode[]>('GET', '/tree');
    const all = (nodes: readonly TreeNode[]): readonly TreeNode[] =>
      nodes.flatMap((node) => [node, ...all(node.children)]);
    return all(tree).find(({ name }) => name === `games/${id}`);
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${this.url}${path}`, { method, ...content });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} -> ${response.status} ${answer}`);
    return (answer === '' ? undefined : JSON.parse(answer)) as T;
  }
}

/**
 * A request whose body comes in two parts. When this resolves the server has begun the request: with `Expect: 100-continue` it
 * says so itself, so nobody has to guess how long that takes. `finish` sends the rest and gives the answer.
 */
export async function beginSlowly(
  url: string,
  body: object,
): Promise<{ readonly finish: () => Promise<{ readonly status: number | undefined; readonly answer: unknown }> }> {
  const content = JSON.stringify(body);
  const half = content.length / 2;
  const request = httpRequest(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': content.length, expect: '100-continue' },
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
