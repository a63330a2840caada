import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

test.each([
  ['of Nest 11, which exports all', { main: 'index.js' }],
  ['of Nest 12 before 12.2.0, which does not export its package.json', { exports: { '.': './index.js' } }],
])('the version is found %s', (_, entries) => {
  const project = mkdtempSync(join(tmpdir(), 'rookery-nest-version-'));
  const core = join(project, 'node_modules/@nestjs/core');
  mkdirSync(core, { recursive: true });
  writeFileSync(join(core, 'package.json'), JSON.stringify({ name: '@nestjs/core', version: '12.1.3', ...entries }));
  writeFileSync(join(core, 'index.js'), '');
  expect(nestVersion(join(project, 'main.js'))).toBe('12.1.3');
  rmSync(project, { recursive: true });
});

test('without Nest beside it there is none', () => {
  expect(nestVersion(join(tmpdir(), 'main.js'))).toBeUndefined();
});

test('the package asks for the versions that have no such problem', () => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { peerDependencies } = JSON.parse(text) as { readonly peerDependencies: Readonly<Record<string, string>> };
  expect(peerDependencies).toMatchObject({
    '@nestjs/common': '^11.2.10 || ^12.2.0',
    '@nestjs/core': '^11.2.10 || ^12.2.0',
  });
});
