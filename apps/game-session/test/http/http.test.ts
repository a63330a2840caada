import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { TreeNode } from '@rookery/genserver';
import { SupervisionTestingModule } from '@rookery/nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import type { GameView } from '../../src/games/game-session.server.js';
import { settingsWith } from '../support/settings.js';

const players = ['ada', 'bob'];
let module: SupervisionTestingModule;
let app: INestApplication;
let url: string;

beforeEach(async () => {
  const settings = settingsWith();
  const imports = [AppModule.register(settings)];
  module = await SupervisionTestingModule.createTestingModule({ imports }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(settings.port, settings.host);
  url = await app.getUrl();
});

afterEach(async () => {
  await app.close();
  await module.assertNoLeaks();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

async function request(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(content !== undefined && { body: content }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

async function openGame(): Promise<string> {
  return ((await request('POST', '/games', { players })).body as GameView).id;
}

describe('POST /games', () => {
  test('opens a game: 201 with its view', async () => {
    const { status, body } = await request('POST', '/games', { players });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      players,
      state: 'playing',
      turn: 'ada',
      winner: null,
      board: ['.......', '.......', '.......', '.......', '.......', '.......'],
      moves: [],
    });
  });

  test('trims names', async () => {
    expect((await request('POST', '/games', { players: [' ada ', 'bob'] })).body).toMatchObject({ players });
  });

  test.each([
    ['no body', undefined, 'players'],
    ['a list', [], 'body'],
    ['no players', {}, 'players'],
    ['one player', { players: ['ada'] }, 'players'],
    ['three players', { players: ['ada', 'bob', 'eve'] }, 'players'],
    ['players that are no list', { players: 'ada' }, 'players'],
    ['the same name twice', { players: ['ada', ' ada'] }, 'players'],
    ['an empty name', { players: ['ada', ''] }, 'players.1'],
    ['a name of spaces', { players: ['  ', 'bob'] }, 'players.0'],
    ['a name of 41 characters', { players: ['a'.repeat(41), 'bob'] }, 'players.0'],
    ['a name that is no text', { players: ['ada', 7] }, 'players.1'],
  ])('with %s is refused: 400 names the field', async (_, body, field) => {
    const answer = await request('POST', '/games', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ statusCode: 400, reason: 'invalid_input', errors: [{ field }] });
    expect((await request('GET', '/games')).body).toEqual([]);
  });

  test('with fields that nobody knows is refused: 400 names each of them', async () => {
    const answer = await request('POST', '/games', { players, colour: 'red', rows: 9 });
    expect(answer.status).toBe(400);
    const errors = ['colour', 'rows'].map((field) => ({ field, message: 'is not a known field' }));
    expect(answer.body).toMatchObject({ reason: 'invalid_input', errors });
  });
});

describe('POST /games/:id/moves', () => {
  test('drops a disc: 201 with the view', async () => {
    const id = await openGame();
    const { status, body } = await request('POST', `/games/${id}/moves`, { player: 'ada', column: 3 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ id, turn: 'bob', moves: [3] });
    expect((body as GameView).board.at(-1)).toBe('...x...');
  });

  test.each([
    ['no body', undefined, ['player', 'column']],
    ['nothing in it', {}, ['player', 'column']],
    ['a column left of the board', { player: 'ada', column: -1 }, ['column']],
    ['a column right of the board', { player: 'ada', column: 7 }, ['column']],
    ['half a column', { player: 'ada', column: 1.5 }, ['column']],
    ['a column as text', { player: 'ada', column: '3' }, ['column']],
    ['an empty name', { player: '', column: 3 }, ['player']],
  ])('with %s is refused: 400 names each field', async (_, body, fields) => {
    const answer = await request('POST', `/games/${await openGame()}/moves`, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: fields.map((field) => ({ field, message: expect.any(String) })) });
  });

  test.each([
    ['unknown_player', [], 'eve', 0],
    ['not_your_turn', [], 'bob', 0],
    ['column_full', [0, 0, 0, 0, 0, 0], 'ada', 0],
    ['game_over', [0, 1, 0, 1, 0, 1, 0], 'bob', 1],
  ] as const)('against the rules is refused: 409 %s', async (reason, moves, player, column) => {
    const id = await openGame();
    for (const [index, each] of moves.entries()) {
      await request('POST', `/games/${id}/moves`, { player: players[index % 2], column: each });
    }
    const answer = await request('POST', `/games/${id}/moves`, { player, column });
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({ statusCode: 409, reason, message: expect.any(String) });
    expect((await request('GET', `/games/${id}`)).body).toMatchObject({ moves });
  });
});

describe('a game that nobody knows', () => {
  test.each([
    ['GET', '/games/unknown', undefined],
    ['DELETE', '/games/unknown', undefined],
    ['POST', '/games/unknown/crash', undefined],
    ['POST', '/games/unknown/moves', { player: 'ada', column: 3 }],
    ['GET', '/games/__proto__', undefined],
  ])('%s %s is 404 with a reason', async (method, path, body) => {
    const answer = await request(method, path, body);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ statusCode: 404, reason: 'unknown_game' });
  });
});

describe('a request that never gets to a game', () => {
  test.each(['{"players":', 'null', '5', '"text"'])('%j is no JSON object: 400 names the body', async (text) => {
    const answer = await request('POST', '/games', text);
    expect(answer.status).toBe(400);
    const errors = [{ field: 'body', message: expect.stringMatching(/^must be a JSON object/) }];
    expect(answer.body).toEqual({ statusCode: 400, reason: 'invalid_input', message: expect.any(String), errors });
  });

  test('a body that is not compressed as it says is 400, too', async () => {
    const answer = await request('POST', '/games', { players }, { 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 400, body: { reason: 'invalid_input', errors: [{ field: 'body' }] } });
  });

  test.each(['/games/%zz', '/games/%FF'])('%s cannot be decoded: 400 names the path', async (path) => {
    const answer = await request('GET', path);
    expect(answer.status).toBe(400);
    const errors = [{ field: 'path', message: expect.any(String) }];
    expect(answer.body).toEqual({ statusCode: 400, reason: 'invalid_input', message: expect.any(String), errors });
  });

  test.each([
    [404, 'unknown_route', 'GET', '/nothing', undefined, {}],
    [404, 'unknown_route', 'PUT', '/games', { players }, {}],
    [413, 'body_too_large', 'POST', '/games', { players: ['a'.repeat(200_000)] }, {}],
    [415, 'unsupported_encoding', 'POST', '/games', { players }, { 'content-type': 'application/json; charset=none' }],
    [415, 'unsupported_encoding', 'POST', '/games', { players }, { 'content-encoding': 'none' }],
  ])('is refused: %i %s for %s %s', async (statusCode, reason, method, path, body, headers) => {
    const answer = await request(method, path, body, headers);
    expect(answer.status).toBe(statusCode);
    expect(answer.body).toEqual({ statusCode, reason, message: expect.any(String) });
  });
});

describe('GET /games', () => {
  test('lists the running sessions', async () => {
    expect((await request('GET', '/games')).body).toEqual([]);
    const ids = [await openGame(), await openGame()];
    expect((await request('GET', '/games')).body).toMatchObject(ids.map((id) => ({ id, state: 'playing' })));
  });
});

describe('DELETE /games/:id', () => {
  test('ends a game for good: 204, then 404', async () => {
    const id = await openGame();
    expect(await request('DELETE', `/games/${id}`)).toMatchObject({ status: 204, text: '' });
    expect((await request('GET', `/games/${id}`)).status).toBe(404);
    expect((await request('DELETE', `/games/${id}`)).status).toBe(404);
    expect((await request('GET', '/games')).body).toEqual([]);
  });
});

describe('POST /games/:id/crash', () => {
  test('is 202, and the game goes on with its moves', async () => {
    const id = await openGame();
    await request('POST', `/games/${id}/moves`, { player: 'ada', column: 3 });
    expect(await request('POST', `/games/${id}/crash`)).toMatchObject({ status: 202 });
    await module.settle();
    expect((await request('GET', `/games/${id}`)).body).toMatchObject({ id, turn: 'bob', moves: [3] });
    expect((await request('GET', '/tree', undefined, { accept: 'text/plain' })).text).toContain(`${id} (1 restart)`);
  });
});

describe('GET /tree', () => {
  test('is the tree as JSON', async () => {
    const [root] = (await request('GET', '/tree')).body as readonly TreeNode[];
    expect(root).toMatchObject({
      name: 'AppSupervisor',
      kind: 'supervisor',
      children: [{ name: 'CoreSupervisor' }, { name: 'health' }],
    });
  });

  test('is a drawing for those who ask for text/plain', async () => {
    const { headers, text } = await request('GET', '/tree', undefined, { accept: 'text/plain' });
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text).toBe(
      [
        '└─ AppSupervisor (one_for_one)',
        '   ├─ CoreSupervisor (rest_for_one)',
        '   │  ├─ MoveLog',
        '   │  ├─ games',
        '   │  ├─ GameSessions (dynamic)',
        '   │  └─ Lobby',
        '   └─ health',
        '',
      ].join('\n'),
    );
  });
});
