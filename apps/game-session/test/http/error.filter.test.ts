import { afterEach, expect, test } from '@jest/globals';
import { ForbiddenException, type INestApplication, InternalServerErrorException } from '@nestjs/common';
import {
  CallCycleError,
  CallTimeoutError,
  ChildError,
  ExitReason,
  NoProcessError,
  ProcessExitedError,
  refuse,
} from '@rookery/genserver';
import { SupervisionTestingModule } from '@rookery/nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { Lobby } from '../../src/games/lobby.server.js';
import { settingsWith } from '../support/settings.js';

let module: SupervisionTestingModule;
let app: INestApplication;

afterEach(async () => {
  await app.close();
  await module.assertNoLeaks();
});

/** Opens a game while the lobby fails in this way. */
async function openWhile(failure: Error): Promise<Response> {
  const settings = settingsWith();
  module = await SupervisionTestingModule.createTestingModule({ imports: [AppModule.register(settings)] })
    .startOnly()
    .overrideServer(Lobby)
    .useFake({ open: () => refuse(failure) })
    .compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(settings.port, settings.host);
  return fetch(`${await app.getUrl()}/games`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ players: ['ada', 'bob'] }),
  });
}

test.each([
  [503, 'restarting', '1', new NoProcessError('Lobby', 'open')],
  [503, 'restarting', '1', new ProcessExitedError('Lobby', 'open', ExitReason.error(new Error('secret')))],
  [503, 'too_many_games', '1', new ChildError('max_children', 'games/one', 'GameSessions')],
  [504, 'timeout', null, new CallTimeoutError('Lobby', 'open', 5000)],
  [500, 'internal_error', null, new CallCycleError(['Lobby', 'Lobby'], 'open')],
])('a server that fails becomes %i %s, with Retry-After %s: %s', async (status, reason, retryAfter, failure) => {
  const response = await openWhile(failure);
  expect(response.status).toBe(status);
  expect(response.headers.get('retry-after')).toBe(retryAfter);
  const body: unknown = await response.json();
  expect(body).toEqual({ statusCode: status, reason, message: expect.not.stringContaining(failure.message) });
});

test.each([new Error('secret'), new InternalServerErrorException('secret')])(
  'an error of another kind is 500 and says nothing about it: %s',
  async (failure) => {
    const response = await openWhile(failure);
    expect(response.status).toBe(500);
    const body: unknown = await response.json();
    const message = expect.not.stringContaining('secret');
    expect(body).toEqual({ statusCode: 500, reason: 'internal_error', message });
  },
);

test('what is refused for another reason keeps its status', async () => {
  const response = await openWhile(new ForbiddenException('Not today.'));
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ statusCode: 403, reason: 'refused', message: 'Not today.' });
});
