import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { formatWritten } from '../src/format.js';
import { Project } from '../src/project/project.js';
import { nestProject, put, run, withTree } from './support/projects.js';

const MODULE = '/src/app.module.ts';
const empty = mkdtempSync(join(tmpdir(), 'rookery-format-'));
afterAll(() => rmSync(empty, { recursive: true }));

describe('formatting', () => {
  test('a file that Prettier would have changed keeps its ways', async () => {
    const tree = await withTree('esm');
    const odd = tree.readContent(MODULE).replace('controllers: [AppController]', 'controllers : [ AppController ]');
    put(tree, MODULE, odd);
    await run('server', { name: 'room' }, tree);
    expect(tree.readContent(MODULE)).toContain('controllers : [ AppController ]');
    expect(tree.readContent(MODULE)).toContain('providers: [AppService, Room]');
  });

  test('with --format it does not', async () => {
    const tree = await withTree('esm');
    put(
      tree,
      MODULE,
      tree.readContent(MODULE).replace('controllers: [AppController]', 'controllers : [ AppController ]'),
    );
    await run('server', { name: 'room', format: true }, tree);
    expect(tree.readContent(MODULE)).toContain('controllers: [AppController]');
  });

  test('one that is too long now is wrapped, as it was formatted before', async () => {
    const tree = await withTree('esm');
    for (const name of [
      'alpha',
      'bravo',
      'charlie',
      'delta',
      'echo',
      'foxtrot',
      'golf',
      'hotel',
      'india',
      'juliett',
      'kilo',
      'lima',
      'mike',
      'november',
    ]) {
      await run('server', { name, spec: false }, tree);
    }
    expect(tree.readContent(MODULE)).toMatch(/providers: \[\n {4}AppService,\n {4}Alpha,\n/);
  });

  test('without Prettier all stays as it was written', async () => {
    const project = new Project(nestProject('esm'), {});
    project.write('/src/new.ts', 'const  a=1');
    await formatWritten(project, empty, true);
    expect(project.read('/src/new.ts')).toBe('const  a=1');
  });

  test('what Prettier cannot read is said, and left', async () => {
    const project = new Project(nestProject('esm'), {});
    project.write('/src/new.ts', 'const = ;');
    await formatWritten(project, process.cwd(), false);
    expect(project.read('/src/new.ts')).toBe('const = ;');
    expect(project.notes.join('\n')).toContain('Prettier did not format src/new.ts');
  });
});
