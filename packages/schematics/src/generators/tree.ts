import { posix } from 'node:path';
import { withImport } from '../edit/imports.js';
import { SchematicError } from '../errors.js';
import { type Names, namesOf } from '../naming.js';
import type { GenerateOptions } from '../options.js';
import { withShutdownHooks } from '../project/main-file.js';
import { appModule, type ClassPlace, withListed } from '../project/modules.js';
import type { Project } from '../project/project.js';
import { findRoot } from '../project/trees.js';
import { createSupervisor } from './supervisor.js';

/** The root of a tree beside the root module, `forRoot` in it, and `enableShutdownHooks` in the file that starts it. */
export function generateTree(project: Project, options: GenerateOptions): void {
  const name = options.name ?? 'app';
  if (options.skipImport === true) {
    createSupervisor(
      project,
      namesOf('supervisor', project.sourceRoot, { ...options, name, flat: true }),
      options,
      true,
    );
    return;
  }
  const module = appModule(project);
  const beside = posix.relative(posix.join('/', project.sourceRoot), posix.dirname(module.file));
  const path = posix.join(beside, options.path ?? '');
  const names = namesOf('supervisor', project.sourceRoot, { ...options, name, path, flat: true });
  if (isThere(project, names)) return hooks(project);
  importTree(project, module, names);
  createSupervisor(project, names, options, true);
  hooks(project);
}

/** Whether the application has this tree. Throws a SchematicError if it has another one: there is one in an application. */
function isThere(project: Project, { className }: Names): boolean {
  const found = findRoot(project);
  if (found === undefined) return false;
  const root = found.root?.className;
  const where = found.file.slice(1);
  if (root === className) {
    project.note(`${where} has the tree of ${className} already, and stays as it is.`);
    return true;
  }
  throw new SchematicError(
    'other_root',
    `${where} has a tree already${root === undefined ? '' : `, that of ${root}`}: an application has one. To add to it, use "nest g -c @rookery/schematics supervisor NAME".`,
  );
}

function importTree(project: Project, module: ClassPlace, { className, file }: Names): void {
  const where = module.file.slice(1);
  const text = project.read(module.file) ?? '';
  const own = withImport(text, where, { name: className, from: project.specifier(module.file, file) });
  const both = withImport(own, where, { name: 'SupervisionModule', from: '@rookery/nestjs' });
  project.write(module.file, withListed(both, module, 'imports', `SupervisionModule.forRoot({ root: ${className} })`));
}

/** Has the file that starts the application stop it at a signal. */
export function hooks(project: Project): void {
  const text = project.read(project.entryFile);
  const changed = text === undefined ? undefined : withShutdownHooks(text);
  if (changed !== undefined) project.write(project.entryFile, changed);
  else {
    project.note(
      `Call app.enableShutdownHooks() where the application is made, or signals end it without stopping the tree.`,
    );
  }
}
