import { namesOf } from '../naming.js';
import type { GenerateOptions } from '../options.js';
import { moduleFor } from '../project/modules.js';
import { checkFreeInTree } from '../project/names-taken.js';
import type { Project } from '../project/project.js';
import { describe, treePlaceFor, withChild } from '../project/trees.js';
import { serverFile, serverSpec } from '../templates/server.js';
import { createFiles, provide } from './parts.js';

/** A GenServer, provided by the nearest module and a child of the nearest supervisor. */
export function generateServer(project: Project, options: GenerateOptions): void {
  const names = namesOf('server', project.sourceRoot, options);
  const { className, folder, file } = names;
  if (options.skipImport !== true) {
    moduleFor(project, folder, className); // before the supervisor: who has no module has no tree either
    const place = treePlaceFor(project, names, options.supervisor ?? options.type);
    provide(project, names);
    checkFreeInTree(project, names);
    const text = project.read(place.file) ?? '';
    project.write(place.file, withChild(text, place, className, project.specifier(place.file, file)));
    project.note(`${className} is a child of ${describe(place)}: inject it with @InjectServer(${className}).`);
  }
  createFiles(project, names, options, serverFile(names), (extension) => serverSpec(names, extension));
}
