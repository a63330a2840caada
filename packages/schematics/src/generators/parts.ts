import type { Names } from '../naming.js';
import type { GenerateOptions } from '../options.js';
import { moduleFor, withProvider } from '../project/modules.js';
import type { Project } from '../project/project.js';

/** Writes a class and its test. */
export function createFiles(
  project: Project,
  names: Names,
  options: GenerateOptions,
  file: string,
  spec: (extension: string) => string,
): void {
  project.create(names.file, file);
  if (options.spec === false) return;
  const extension = /\.[jt]s$/.exec(project.specifier(names.specFile, names.file))?.[0] ?? '';
  project.create(names.specFile, spec(extension));
}

/** Puts a class into the providers of the nearest module. */
export function provide(project: Project, { folder, className, file }: Names): void {
  const place = moduleFor(project, folder, className);
  const text = project.read(place.file) ?? '';
  project.write(place.file, withProvider(text, place, className, project.specifier(place.file, file)));
}
