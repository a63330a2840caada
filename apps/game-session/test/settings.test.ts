import { describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from '../src/settings.js';

describe('settings', () => {
  test('have defaults', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      finishedGameGraceMs: 60_000,
      readinessDelayMs: 0,
    });
  });

  test('come from the environment', () => {
    const env = { PORT: '0', HOST: '0.0.0.0', FINISHED_GAME_GRACE_MS: '250', READINESS_DELAY_MS: '99', PATH: '/bin' };
    expect(readSettings(env)).toEqual({ port: 0, host: '0.0.0.0', finishedGameGraceMs: 250, readinessDelayMs: 99 });
  });

  test.each([
    ['PORT', '', 'an integer from 0 to 65535'],
    ['PORT', 'http', 'an integer from 0 to 65535'],
    ['PORT', '65536', 'an integer from 0 to 65535'],
    ['PORT', '-1', 'an integer from 0 to 65535'],
    ['PORT', '1e3', 'an integer from 0 to 65535'],
    ['HOST', '', 'a host name or address'],
    ['FINISHED_GAME_GRACE_MS', '1.5', 'an integer from 0 to 86400000'],
    ['FINISHED_GAME_GRACE_MS', '86400001', 'an integer from 0 to 86400000'],
    ['READINESS_DELAY_MS', '5001', 'an integer from 0 to 5000'],
  ])('%s=%j is refused with what was expected', (name, value, expected) => {
    const read = (): unknown => readSettings({ [name]: value });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(`Expected ${name} to be ${expected}, got ${JSON.stringify(value)}`);
  });

  test('that are wrong are all named at once', () => {
    expect(() => readSettings({ PORT: 'x', HOST: '' })).toThrow(/PORT.*\n.*HOST/);
  });
});
