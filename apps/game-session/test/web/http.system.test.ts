import { describe, expect, test } from '@jest/globals';
import type { TreeNode } from '@rookery/genserver';
import type { GameView } from '../../src/sessions/game-view.js';
import { useApp } from '../support/app.js';

const app = useApp({ operatorToken: '0123456789abcdef' });

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

async function request(method: string, path: string, body?: unknown, token?: string, headers = {}): Promise<Answer> {
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${app().url}${path}`, {
    method,
    headers: {
      ...(content !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(content !== undefined && { body: content }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

async function join(name: string): Promise<{ id: string; token: string }> {
  const { body } = await request('POST', '/api/players', { name });
  const { player, token } = body as { player: { id: string }; token: string };
  return { id: player.id, token };
}

/** Ada has opened a game, Bob has joined it. */
async function table(): Promise<{ id: string; ada: string; bob: string }> {
  const [ada, bob] = [(await join('Ada')).token, (await join('Bob')).token];
  const { id } = (await request('POST', '/api/games', { opponent: 'anyone' }, ada)).body as GameView;
  await request('POST', `/api/games/${id}/join`, undefined, bob);
  return { id, ada, bob };
}

describe('POST /api/players', () => {
  test('gives a player and a token, which says who one is', async () => {
    const { status, body } = await request('POST', '/api/players', { name: ' Ada ', email: 'ada@example.org' });
    expect(status).toBe(201);
    const { player, token } = body as { player: unknown; token: string };
    expect(player).toMatchObject({ name: 'Ada', email: 'ada@example.org' });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await request('GET', '/api/players/me', undefined, token)).body).toEqual(player);
  });

  test('an empty address, as a form sends it, is none', async () => {
    const { body } = await request('POST', '/api/players', { name: 'Ada 👩‍👩‍👧 Žižek', email: '' });
    expect(body).toMatchObject({ player: { name: 'Ada 👩‍👩‍👧 Žižek', email: null } });
  });

  test.each([
    ['no body', undefined, 'body'],
    ['a list', [], 'body'],
    ['no name', {}, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name of spaces', { name: '  ' }, 'name'],
    ['a name of 41 characters', { name: 'a'.repeat(41) }, 'name'],
    ['a name of two lines', { name: 'Ada\nBcc: eve' }, 'name'],
    ['a name with a zero byte', { name: 'A\0da' }, 'name'],
    ['a name with half a character', { name: 'Ada \ud800' }, 'name'],
    ['a name that turns the text after it around', { name: 'Ada \u202e' }, 'name'],
    ['a name that is no text', { name: 7 }, 'name'],
    ['a name that cannot be seen', { name: '\u200b' }, 'name'],
    ['a name that colours terminals', { name: '\u001b[31mAda' }, 'name'],
    ['an address that is none', { name: 'Ada', email: 'ada' }, 'email'],
    ['an unknown field', { name: 'Ada', admin: true }, 'admin'],
  ])('%s is refused: 400 names the field', async (_, body, field) => {
    const answer = await request('POST', '/api/players', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ statusCode: 400, reason: 'invalid_input', errors: [{ field }] });
  });

  test.each(['José', "O'Brien", '李雷', '👩‍🚀', 'محمد', '<b>', '__proto__'])('a name may be %s', async (name) => {
    expect((await request('POST', '/api/players', { name })).body).toMatchObject({ player: { name } });
  });

  test('what is no JSON is refused', async () => {
    const answer = await request('POST', '/api/players', '{"name":');
    expect(answer.body).toMatchObject({ statusCode: 400, reason: 'invalid_input', errors: [{ field: 'body' }] });
  });

  test('a body that is too large is refused', async () => {
    const answer = await request('POST', '/api/players', { name: 'a'.repeat(5_000) });
    expect(answer.body).toMatchObject({ statusCode: 413, reason: 'body_too_large' });
  });
});

describe('who acts needs a token', () => {
  test.each([
    ['GET', '/api/players/me'],
    ['POST', '/api/games'],
    ['POST', '/api/games/0123456789ab/moves'],
    ['POST', '/api/games/0123456789ab/resign'],
    ['POST', '/api/chaos/user-manager/crash'],
  ])('%s %s', async (method, path) => {
    const body = method === 'POST' ? {} : undefined;
    for (const token of [undefined, 'x', 'x'.repeat(43), 'x'.repeat(300)]) {
      const answer = await request(method, path, body, token);
      expect(answer.body).toMatchObject({ statusCode: 401, reason: 'unauthorized' });
    }
  });
});

describe('a game', () => {
  test('is played to its end, and can be looked at by anybody', async () => {
    const { id, ada, bob } = await table();
    for (const [ply, column] of [3, 4, 3, 4, 3, 4, 3].entries()) {
      const answer = await request('POST', `/api/games/${id}/moves`, { ply, column }, ply % 2 === 0 ? ada : bob);
      expect(answer.status).toBe(201);
    }
    const { status, body } = await request('GET', `/api/games/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'finished', ending: { kind: 'line', winner: 0 } });
    expect(await request('POST', `/api/games/${id}/moves`, { ply: 7, column: 0 }, bob)).toMatchObject({
      status: 409,
      body: { reason: 'game_over' },
    });
  });

  test('tells mistakes apart, and lives on', async () => {
    const { id, ada, bob } = await table();
    const move = (token: string, ply: number, column: number): Promise<Answer> =>
      request('POST', `/api/games/${id}/moves`, { ply, column }, token);
    const { token: eve } = await join('Eve');
    expect(await move(bob, 0, 0)).toMatchObject({ status: 409, body: { reason: 'not_your_turn' } });
    expect(await move(eve, 0, 0)).toMatchObject({ status: 403, body: { reason: 'unknown_player' } });
    expect(await move(ada, 0, 7)).toMatchObject({ status: 400, body: { errors: [{ field: 'column' }] } });
    expect(await move(ada, 0, 0)).toMatchObject({ status: 201, body: { moves: [0] } });
  });

  test('with no such id: 404; with an id that could be none: 400', async () => {
    expect(await request('GET', '/api/games/ffffffffffff')).toMatchObject({
      status: 404,
      body: { reason: 'unknown_game' },
    });
    expect(await request('GET', '/api/games/1')).toMatchObject({ status: 400, body: { errors: [{ field: 'id' }] } });
  });

  test('is listed while it runs', async () => {
    const { id } = await table();
    const { body } = await request('GET', '/api/games');
    expect(body).toContainEqual(expect.objectContaining({ id, status: 'playing', moves: 0 }));
  });

  test('a rematch begins when both have asked, with sides swapped', async () => {
    const { id, ada, bob } = await table();
    await request('POST', `/api/games/${id}/resign`, undefined, ada);
    expect((await request('POST', `/api/games/${id}/rematch`, undefined, ada)).body).toMatchObject({
      rematch: { offeredBy: [0], gameId: null },
    });
    const { rematch } = (await request('POST', `/api/games/${id}/rematch`, undefined, bob)).body as GameView;
    const { body } = await request('GET', `/api/games/${rematch.gameId}`);
    expect(body).toMatchObject({ status: 'playing', seats: [{ name: 'Bob' }, { name: 'Ada' }] });
  });
});

describe('the leaderboard', () => {
  test.each(['', '?period=all', '?period=week'])('GET /api/leaderboard%s', async (query) => {
    expect(await request('GET', `/api/leaderboard${query}`)).toMatchObject({ status: 200, body: expect.any(Array) });
  });

  test('of another period is refused', async () => {
    expect(await request('GET', '/api/leaderboard?period=day')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'period' }] },
    });
  });
});

describe('for operators', () => {
  test.each(['/api/tree', '/metrics', '/api/reports'])('%s takes the operator token', async (path) => {
    const { token } = await join('Ada');
    for (const wrong of [undefined, token, '0123456789abcdeF']) {
      expect(await request('GET', path, undefined, wrong)).toMatchObject({
        status: 403,
        body: { reason: 'forbidden' },
      });
    }
    expect((await request('GET', path, undefined, '0123456789abcdef')).status).toBe(200);
  });

  test('the tree is JSON, or a drawing for those who ask for text/plain', async () => {
    const { body } = await request('GET', '/api/tree', undefined, '0123456789abcdef');
    expect((body as readonly TreeNode[])[0]).toMatchObject({
      name: 'AppSupervisor',
      children: [
        { name: 'DatabaseSupervisor' },
        { name: 'CoreSupervisor' },
        { name: 'WebSupervisor' },
        { name: 'BackgroundSupervisor' },
      ],
    });
    const accept = { accept: 'text/plain' };
    const { text } = await request('GET', '/api/tree', undefined, '0123456789abcdef', accept);
    expect(text).toContain('└─ AppSupervisor (rest_for_one)');
  });

  test('metrics tell of games, sockets, the store, the computer and mails', async () => {
    await table();
    const { text } = await request('GET', '/metrics', undefined, '0123456789abcdef');
    expect(text).toMatch(/^game_sessions\{status="playing"\} [1-9]/m);
    expect(text).toMatch(/^game_store\{figure="writes"\} [1-9]/m);
    expect(text).toMatch(/^game_computer_threads\{state="total"\} 1$/m);
    expect(text).toMatch(/^game_mail_breaker\{state="closed"\} 1$/m);
    expect(text).toMatch(/^game_mails\{outcome="givenUp"\} 0$/m);
    expect(text).toMatch(/^rookery_processes \d+$/m);
  });
});

describe('health', () => {
  test.each(['/livez', '/readyz', '/startupz', '/health'])(
    '%s answers 200, and tells a stranger no more',
    async (path) => {
      const { status, body } = await request('GET', path);
      expect(status).toBe(200);
      expect(body).toEqual({ group: expect.any(String), state: 'healthy', ok: true });
    },
  );

  test('tells operators of every check', async () => {
    const { body } = await request('GET', '/health', undefined, '0123456789abcdef');
    const { checks } = body as { checks: Record<string, unknown> };
    expect(Object.keys(checks)).toEqual(
      expect.arrayContaining(['store', 'sessions', 'computer', 'breakers', 'restart-rate', 'event-loop']),
    );
    expect(checks['store']).toMatchObject({ state: 'healthy', data: { database: 'pglite' } });
  });
});

describe('the page', () => {
  test('is served with a policy that lets nothing run but its own modules', async () => {
    const { status, headers, text } = await request('GET', '/');
    expect(status).toBe(200);
    expect(text).toContain('<script type="module" src="app/main.js"></script>');
    expect(headers.get('content-security-policy')).toContain("default-src 'none';script-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect((await request('GET', '/app/main.js')).headers.get('content-type')).toMatch(/javascript/);
  });

  test.each(['/../package.json', '/%2e%2e/package.json', '/app/..%2f..%2fpackage.json'])(
    'lets nothing out but itself: %s',
    async (path) => {
      expect((await request('GET', path)).text).not.toContain('@rookery/game-session');
    },
  );
});

test('a route that there is not: 404', async () => {
  expect((await request('GET', '/api/nothing')).body).toMatchObject({ statusCode: 404, reason: 'unknown_route' });
});
