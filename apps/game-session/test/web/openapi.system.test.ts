import { describe, expect, test } from '@jest/globals';
import type { GameView } from '../../src/sessions/game-view.js';
import {
  gameAnswer,
  gamesAnswer,
  joinedAnswer,
  probeAnswer,
  refusalAnswer,
  standingsAnswer,
  treeAnswer,
} from '../../src/web/answers.js';
import { useApp } from '../support/app.js';

const app = useApp();
const PROBES = ['/livez', '/readyz', '/startupz', '/health'];

async function ask<T = unknown>(method: string, path: string, body?: object, token?: string): Promise<T> {
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(`${app().url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return response.json() as T;
}

describe('the API page', () => {
  test('describes each route, with the schema of what it takes', async () => {
    expect(await (await fetch(`${app().url}/api/docs`)).text()).toContain('swagger-ui');
    const { paths } = await ask<{ paths: Record<string, Record<string, unknown>> }>('GET', '/api/docs-json');
    expect(paths['/api/games/{id}/moves']?.['post']).toMatchObject({
      security: [{ player: [] }],
      requestBody: { content: { 'application/json': { schema: { required: ['ply', 'column'] } } } },
    });
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/players', '/api/tree', '/metrics', '/api/reports', ...PROBES]),
    );
  });

  test('says what each route answers, and how errors look', async () => {
    interface Operation {
      readonly responses: Readonly<
        Record<string, { readonly content?: Readonly<Record<string, { schema?: object }>> }>
      >;
    }
    const { paths } = await ask<{ paths: Record<string, Record<string, Operation>> }>('GET', '/api/docs-json');
    const operations = Object.entries(paths).flatMap(([path, methods]) => {
      return Object.values(methods).map(({ responses }) => ({ path, responses }));
    });
    const silent = operations.filter(({ responses }) => {
      const success = Object.entries(responses).filter(([status]) => status !== 'default');
      return !success.every(([, { content = {} }]) => Object.values(content)[0]?.schema);
    });
    expect(silent.map(({ path }) => path).filter((path) => !path.startsWith('/api/chaos/'))).toEqual([]); // 202 and no body
    const [probes, routes] = [true, false].map((isProbe) => {
      return operations.filter(({ path }) => PROBES.includes(path) === isProbe).map(({ responses }) => responses);
    });
    for (const responses of probes ?? []) expect(Object.keys(responses)).toEqual(['200', '503']);
    for (const responses of routes ?? []) {
      expect(responses['default']?.content).toMatchObject({
        'application/json': { schema: { required: ['statusCode', 'reason', 'message'] } },
      });
    }
  });

  test('and that is what they answer', async () => {
    const joined = await ask<{ token: string }>('POST', '/api/players', { name: 'Ada', email: 'ada@example.org' });
    expect(joinedAnswer.parse(joined)).toEqual(joined);
    const waiting = await ask<GameView>('POST', '/api/games', { opponent: 'anyone' }, joined.token);
    expect(gameAnswer.parse(waiting)).toEqual(waiting);
    const games = await ask('GET', '/api/games');
    expect(gamesAnswer.parse(games)).toEqual(games);
    const bob = await ask<{ token: string }>('POST', '/api/players', { name: 'Bob' });
    await ask('POST', `/api/games/${waiting.id}/join`, undefined, bob.token);
    const over = await ask('POST', `/api/games/${waiting.id}/resign`, undefined, bob.token);
    expect(gameAnswer.parse(over)).toEqual(over);
    const tree = await ask<object[]>('GET', '/api/tree');
    expect(treeAnswer.parse(tree)).toEqual(tree);
    for (const path of PROBES) {
      const health = await ask<object>('GET', path);
      expect(probeAnswer.parse(health)).toEqual(health);
    }
    const standings = await ask('GET', '/api/leaderboard');
    expect(standingsAnswer.parse(standings)).toEqual(standings);
    for (const refused of [await ask('POST', '/api/players', {}), await ask('GET', '/api/nothing')]) {
      expect(refusalAnswer.parse(refused)).toEqual(refused);
    }
  });
});
