import { describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from '../src/settings.js';

describe('settings', () => {
  test('have defaults', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: null,
      dataDir: './data',
      smtpUrl: null,
      mailFrom: 'Connect Four <games@localhost>',
      isChaosOn: true,
      isProduction: false,
      operatorToken: null,
      turnMs: 120_000,
      waitingMs: 600_000,
      finishedGraceMs: 60_000,
      maxGames: 10_000,
      maxGamesPerPlayer: 20,
      computerThreads: expect.any(Number),
      computerMoveMs: 2_000,
      keepFinishedDays: 30,
      reportAt: '00:05',
      logFormat: 'text',
      readinessDelayMs: 0,
      rateLimitPerMinute: 300,
    });
    expect(readSettings({}).computerThreads).toBeGreaterThanOrEqual(1);
  });

  test('come from the environment', () => {
    const env = {
      PORT: '0',
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgres://ada:secret@db:5432/games',
      DATA_DIR: '/var/games',
      SMTP_URL: 'smtps://mail:465',
      MAIL_FROM: 'games@example.org',
      CHAOS: 'off',
      OPERATOR_TOKEN: '0123456789abcdef',
      TURN_MS: '5000',
      WAITING_MS: '6000',
      FINISHED_GRACE_MS: '250',
      MAX_GAMES: '7',
      MAX_GAMES_PER_PLAYER: '3',
      COMPUTER_THREADS: '2',
      COMPUTER_MOVE_MS: '100',
      KEEP_FINISHED_DAYS: '1',
      REPORT_AT: '23:59',
      LOG_FORMAT: 'json',
      READINESS_DELAY_MS: '99',
      RATE_LIMIT_PER_MINUTE: '1000',
      PATH: '/bin',
    };
    expect(readSettings(env)).toEqual({
      port: 0,
      host: '0.0.0.0',
      databaseUrl: 'postgres://ada:secret@db:5432/games',
      dataDir: '/var/games',
      smtpUrl: 'smtps://mail:465',
      mailFrom: 'games@example.org',
      isChaosOn: false,
      isProduction: false,
      operatorToken: '0123456789abcdef',
      turnMs: 5_000,
      waitingMs: 6_000,
      finishedGraceMs: 250,
      maxGames: 7,
      maxGamesPerPlayer: 3,
      computerThreads: 2,
      computerMoveMs: 100,
      keepFinishedDays: 1,
      reportAt: '23:59',
      logFormat: 'json',
      readinessDelayMs: 99,
      rateLimitPerMinute: 1_000,
    });
  });

  test.each([
    [undefined, undefined, true],
    ['production', undefined, false],
    ['production', 'on', true],
    ['development', 'off', false],
  ])('chaos with NODE_ENV=%s and CHAOS=%s is on: %s', (NODE_ENV, CHAOS, isChaosOn) => {
    expect(readSettings({ ...(NODE_ENV && { NODE_ENV }), ...(CHAOS && { CHAOS }) }).isChaosOn).toBe(isChaosOn);
  });

  test.each([
    ['PORT', '', 'an integer from 0 to 65535'],
    ['PORT', 'http', 'an integer from 0 to 65535'],
    ['PORT', '65536', 'an integer from 0 to 65535'],
    ['PORT', '-1', 'an integer from 0 to 65535'],
    ['PORT', '1e3', 'an integer from 0 to 65535'],
    ['HOST', '', 'a host name or address'],
    ['DATA_DIR', '', 'a folder'],
    ['MAIL_FROM', 'Games', 'an address such as Games <games@example.org>'],
    ['MAIL_FROM', 'a@b\r\nBcc: c@d', 'an address such as Games <games@example.org>'],
    ['CHAOS', 'yes', 'on or off'],
    ['TURN_MS', '999', 'an integer from 1000 to 86400000'],
    ['WAITING_MS', '', 'an integer from 1000 to 86400000'],
    ['FINISHED_GRACE_MS', '1.5', 'an integer from 0 to 86400000'],
    ['FINISHED_GRACE_MS', '86400001', 'an integer from 0 to 86400000'],
    ['MAX_GAMES', '0', 'an integer from 1 to 1000000'],
    ['MAX_GAMES_PER_PLAYER', '0', 'an integer from 1 to 1000000'],
    ['COMPUTER_THREADS', '65', 'an integer from 1 to 64'],
    ['COMPUTER_MOVE_MS', '0', 'an integer from 50 to 60000'],
    ['KEEP_FINISHED_DAYS', '0', 'an integer from 1 to 3650'],
    ['REPORT_AT', '24:00', 'a time of day such as 00:05'],
    ['LOG_FORMAT', 'xml', 'text or json'],
    ['READINESS_DELAY_MS', '5001', 'an integer from 0 to 5000'],
    ['RATE_LIMIT_PER_MINUTE', '9', 'an integer from 10 to 1000000'],
  ])('%s=%j is refused with what was expected', (name, value, expected) => {
    const read = (): unknown => readSettings({ [name]: value });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(`Expected ${name} to be ${expected}, got ${JSON.stringify(value)}`);
  });

  test.each([
    ['DATABASE_URL', 'mysql://ada:secret@db/games', 'postgres://'],
    ['DATABASE_URL', 'secret', 'postgres://'],
    ['SMTP_URL', 'https://ada:secret@mail', 'smtp://'],
    ['SMTP_URL', 'smtp://', 'smtp://user:password@host:587'],
    ['SMTP_URL', 'smtps:secret', 'smtp://user:password@host:587'],
    ['OPERATOR_TOKEN', 'secret', '16 to 200 letters, digits and signs, without spaces'],
    ['OPERATOR_TOKEN', 'a secret with spaces', '16 to 200 letters, digits and signs, without spaces'],
    ['OPERATOR_TOKEN', 'secret'.repeat(34), '16 to 200 letters, digits and signs, without spaces'],
    ['OPERATOR_TOKEN', 'ein-sécret-geheim', '16 to 200 letters, digits and signs, without spaces'],
  ])('%s that makes no sense is refused, and not shown: it may hold a password', (name, value, expected) => {
    const read = (): unknown => readSettings({ [name]: value });
    expect(read).toThrow(expected);
    expect(read).toThrow(`Expected ${name}`);
    expect(read).not.toThrow('secret');
  });

  test('that are wrong are all named at once', () => {
    expect(() => readSettings({ PORT: 'x', HOST: '' })).toThrow(/PORT.*\n.*HOST/);
  });
});
