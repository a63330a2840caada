import { describe, expect, test } from '@jest/globals';
import { type Kind, namesOf, type Naming } from '../src/naming.js';

function files(kind: Kind, naming: Naming): string[] {
  const { className, file, specFile } = namesOf(kind, 'src', naming);
  return [className, file, specFile];
}

describe('names', () => {
  test('a server is called as it is said, everything else has its kind in its class', () => {
    expect(files('server', { name: 'lobby' })).toEqual([
      'Lobby',
      '/src/lobby/lobby.server.ts',
      '/src/lobby/lobby.server.spec.ts',
    ]);
    expect(files('cache', { name: 'profiles' })[0]).toBe('ProfilesCache');
    expect(files('supervisor', { name: 'core' })[0]).toBe('CoreSupervisor');
  });

  test.each([
    ['gameRoom', '/src/game-room/game-room.server.ts'],
    ['game room', '/src/game-room/game-room.server.ts'],
    ['games/room', '/src/games/room/room.server.ts'],
    ['/games/room', '/src/games/room/room.server.ts'],
    ['./games/room', '/src/games/room/room.server.ts'],
    ['room-server', '/src/room/room.server.ts'],
    ['room.server', '/src/room/room.server.ts'],
    ['server', '/src/server/server.server.ts'],
  ])('%s is in %s', (name, file) => {
    expect(files('server', { name })[1]).toBe(file);
  });

  test('flat leaves the folder out, the path comes before the name, and the suffix of specs may be another', () => {
    expect(files('pool', { name: 'a/b', path: 'x/y/', flat: true, specFileSuffix: 'unitTest' })).toEqual([
      'BPool',
      '/src/x/y/a/b.pool.ts',
      '/src/x/y/a/b.pool.unit-test.ts',
    ]);
    expect(namesOf('server', 'apps/shop/src', { name: 'till', path: '.' }).folder).toBe('/apps/shop/src/till');
    expect(namesOf('server', 'src', { name: 'till', flat: true }).folder).toBe('/src');
  });

  test('a variable begins small', () => {
    expect(namesOf('server', 'src', { name: 'game-room' }).variable).toBe('gameRoom');
  });

  test.each(['app', 'class', 'new', 'package', 'await', 'expect', 'it', 'describe', 'before-each', 'undefined'])(
    'a variable is not "%s", which the code needs for itself',
    (name) => {
      const { className, variable } = namesOf('server', 'src', { name });
      expect(variable).toBe(`${className.charAt(0).toLowerCase()}${className.slice(1)}Server`);
    },
  );

  test.each([
    ['server', 'supervision-testing-module'],
    ['breaker', 'circuit'],
    ['cache', 'inject'],
    ['pool', 'in'],
  ] as const)('a %s that would hide what its code imports is refused: "%s"', (kind, name) => {
    expect(() => namesOf(kind, 'src', { name })).toThrow(expect.objectContaining({ code: 'ERR_SCHEMATICS_NAME' }));
  });

  test.each([
    [undefined, 'Expected a name'],
    ['', 'Expected a name'],
    ['   ', 'Expected a name'],
    ['../lobby', 'slashes between them'],
    ['games//room', 'slashes between them'],
    ['games/', 'slashes between them'],
    ['7up', 'begins with a letter'],
    ['lob$by', 'slashes between them'],
    ['lob-', 'begins with a letter'],
    ['map', 'A class Map would hide'],
    ['supervised', 'A class Supervised would hide'],
  ])('%p is refused', (name, message) => {
    expect(() => namesOf('server', 'src', { name })).toThrow(
      expect.objectContaining({ code: 'ERR_SCHEMATICS_NAME', message: expect.stringContaining(message) }),
    );
  });

  test('a path that leaves the project is refused', () => {
    expect(() => namesOf('server', 'src', { name: 'lobby', path: '../..' })).toThrow('the path');
  });
});
