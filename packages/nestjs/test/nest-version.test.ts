import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { nestVersion, problemOfNest } from '../src/tree/nest-version.js';

const CONSTRUCTS_NOT = 'does not construct all transient providers that a server injects: their fields are undefined';
const KEEPS = 'keeps the transient providers that a server injects after each restart: memory grows';

test.each([
  ['11.0.0', CONSTRUCTS_NOT, '11.2.10'],
  ['11.1.19', CONSTRUCTS_NOT, '11.2.10'],
  ['11.1.20', KEEPS, '11.2.10'],
  ['11.2.9', KEEPS, '11.2.10'],
  ['12.0.0-alpha.7', KEEPS, '12.2.0'],
  ['12.1.3', KEEPS, '12.2.0'],
])('Nest %s is named at boot, with what is wrong and the version to update to', (version, problem, floor) => {
  expect(problemOfNest(version)).toBe(
    `Nest ${version} ${problem}. Update @nestjs/core and @nestjs/common to ${floor} or newer.`,
  );
});

test.each(['11.2.10', '11.3.0', '12.2.0', '12.5.1', '13.0.0', 'workspace'])('Nest %s is not', (version) => {
  expect(problemOfNest(version)).toBeUndefined();
});

test('the version that is installed is found, and is one of those that the package is for', () => {
  const found = nestVersion() ?? '';
  expect(found).toMatch(/^\d+\.\d+\.\d+/);
  expect(problemOfNest(found)).toBeUndefined();
});

test('the package asks for the versions that have no such problem', () => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { peerDependencies } = JSON.parse(text) as { readonly peerDependencies: Readonly<Record<string, string>> };
  expect(peerDependencies).toMatchObject({
    '@nestjs/common': '^11.2.10 || ^12.2.0',
    '@nestjs/core': '^11.2.10 || ^12.2.0',
  });
});
