import { type Names, namesOf } from '../naming.js';
import type { GenerateOptions } from '../options.js';
import { appModule, type ClassPlace, moduleFor } from '../project/modules.js';
import { checkFreeInTree } from '../project/names-taken.js';
import type { Project } from '../project/project.js';
import { describe, findRoot, treePlaceFor, withChild } from '../project/trees.js';
import { supervisorFile, supervisorSpec } from '../templates/supervisor.js';
import { createFiles } from './parts.js';

/** A supervisor without children, itself a child of the nearest one. */
export function generateSupervisor(project: Project, options: GenerateOptions): void {
  const names = namesOf('supervisor', project.sourceRoot, options);
  const { className, folder, file } = names;
  if (options.skipImport !== true) {
    const place = treePlaceFor(project, names, options.supervisor ?? options.type);
    checkFreeInTree(project, names);
    const text = project.read(place.file) ?? '';
    project.write(place.file, withChild(text, place, className, project.specifier(place.file, file)));
    project.note(`${className} is a child of ${describe(place)}: what is made below ${folder.slice(1)} goes under it.`);
  }
  createSupervisor(project, names, options, false);
}

/** Its file, and a test that boots the application, if there is one to boot. */
export function createSupervisor(project: Project, names: Names, options: GenerateOptions, isRoot: boolean): void {
  const hasSpec = options.spec !== false && options.skipImport !== true;
  const app = hasSpec ? bootable(project, names, isRoot) : undefined;
  const spec = { ...options, spec: app !== undefined };
  createFiles(project, names, spec, supervisorFile(names, isRoot), (extension) =>
    app === undefined
      ? ''
      : supervisorSpec(names, extension, isRoot, {
          className: app.className,
          from: project.specifier(names.specFile, app.file),
        }),
  );
}

/** The module that brings the tree up: the one that is started, or, in a library, the nearest. */
function bootable(project: Project, { folder, className }: Names, isRoot: boolean): ClassPlace | undefined {
  if (isRoot || project.read(project.entryFile) !== undefined) return appModule(project);
  return findRoot(project) === undefined ? undefined : moduleFor(project, folder, className);
}
