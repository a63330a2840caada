import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPackage } from '../places.js';
import { readCatalog } from './catalog.js';
import { type Citation, citationsIn } from './citations.js';
import { readStates, type Statement } from './states.js';
import { type Survey, survey } from './survey.js';

/** Where the generated page is kept. */
export const PAGE = inPackage('../../docs/conformance.md');

/** How the repository stands now. Throws an Error when the catalog or a file of states cannot be read. */
export function surveyRepository(): Survey {
  const catalog = readCatalog(readFileSync(inPackage('CATALOG.md'), 'utf8'));
  return survey(catalog, allCitations(), allStatements());
}

function allCitations(): readonly Citation[] {
  const packages = readdirSync(inPackage('..')).toSorted();
  const files = packages.flatMap((name) => filesBelow(`packages/${name}/test`));
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => citationsIn(file, readFileSync(inPackage(`../../${file}`), 'utf8')));
}

function filesBelow(folder: string): readonly string[] {
  const path = inPackage(`../../${folder}`);
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(folder, name).replaceAll('\\', '/')).toSorted();
}

function allStatements(): ReadonlyMap<string, Statement> {
  const folder = inPackage('states');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return new Map(files.toSorted().flatMap((name) => [...readStates(name, readFileSync(join(folder, name), 'utf8'))]));
}
