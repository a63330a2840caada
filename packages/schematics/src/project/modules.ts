import { posix } from 'node:path';
import ts from 'typescript';
import { bindingOf, withImport } from '../edit/imports.js';
import { type DecoratedClass, decoratedClasses } from '../edit/decorated.js';
import { intoList, mayHide } from '../edit/objects.js';
import { edited, nodesOf, parse } from '../edit/source.js';
import { SchematicError } from '../errors.js';
import type { Project } from './project.js';

/** A class of Nest's, and the file that has it. */
export interface ClassPlace {
  readonly file: string;
  readonly className: string;
}

/** The module of a folder, or of the nearest one around it. */
function nearestModule(project: Project, folder: string): ClassPlace | undefined {
  for (const around of project.foldersFrom(folder)) {
    const [found] = modulesIn(project, around);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The nearest module. Throws a SchematicError where there is none. */
export function moduleFor(project: Project, folder: string, className: string): ClassPlace {
  const place = nearestModule(project, folder);
  if (place !== undefined) return place;
  throw new SchematicError(
    'no_module',
    `No module for ${className}: neither ${folder.slice(1)} nor a folder around it has one. Make it with "nest g module", or use --skip-import.`,
  );
}

/** The module that `main.ts` starts. Throws a SchematicError where it cannot be told. */
export function appModule(project: Project): ClassPlace {
  const found = startedModule(project) ?? modulesIn(project, posix.dirname(project.entryFile))[0];
  if (found !== undefined) return found;
  throw new SchematicError(
    'no_entry',
    `No root module: ${project.entryFile.slice(1)} starts none by NestFactory.create(AppModule), and there is no app.module.ts beside it. Is "entryFile" in nest-cli.json right?`,
  );
}

/** Calls that start an application: `NestFactory.create(AppModule)` and the others. */
export function startsOf(source: ts.SourceFile): ts.CallExpression[] {
  return nodesOf(source)
    .filter((node) => ts.isCallExpression(node))
    .filter(({ expression }) => ts.isPropertyAccessExpression(expression) && isFactory(expression));
}

/** The text with `element` in the list `key` of the module, and what it needs imported. The same text if it says it already. */
export function withListed(text: string, place: ClassPlace, key: string, element: string): string {
  const source = parse(text);
  const { options, call } = moduleClass(source, place);
  const isOpaque = options === undefined ? call.arguments.length > 0 : mayHide(options, key);
  if (isOpaque) throw notEditable(place, key, element);
  if (options === undefined) {
    const at = call.end - 1;
    return withListed(`${text.slice(0, at)}{}${text.slice(at)}`, place, key, element);
  }
  return edited(text, intoList(source, options, key, element));
}

/** The text with a class in the providers of the module, imported. The same text if it is there. */
export function withProvider(text: string, place: ClassPlace, className: string, from: string): string {
  const imported = withImport(text, place.file.slice(1), { name: className, from });
  const isListed = listed(moduleClass(parse(imported), place), 'providers', className);
  return isListed ? imported : withListed(imported, place, 'providers', className);
}

/** The decorated class of a place. */
export function moduleClass(source: ts.SourceFile, place: ClassPlace): DecoratedClass {
  const found = decoratedClasses(source, 'Module').find(({ name }) => name === place.className);
  if (found === undefined) throw new Error(`${place.file} has no module ${place.className} any more.`);
  return found;
}

function listed({ options }: DecoratedClass, key: string, className: string): boolean {
  if (options === undefined) return false;
  return options.properties.some(
    (property) =>
      property.name?.getText() === key &&
      nodesOf(property).some((node) => ts.isIdentifier(node) && node.text === className),
  );
}

function notEditable({ file, className }: ClassPlace, key: string, element: string): SchematicError {
  return new SchematicError(
    'not_editable',
    `@Module of ${className} in ${file.slice(1)} is not written as an object that shows its ${key}, so nothing can be put there. Put ${element} into its ${key}, and use --skip-import.`,
  );
}

function modulesIn(project: Project, folder: string): ClassPlace[] {
  const first = [`${posix.basename(folder)}.module.ts`, 'app.module.ts'];
  const rank = (file: string): number =>
    first.includes(posix.basename(file)) ? first.indexOf(posix.basename(file)) : first.length;
  return project
    .sourcesIn(folder)
    .filter((file) => file.endsWith('.module.ts'))
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((file) =>
      decoratedClasses(parse(project.read(file) ?? ''), 'Module').map(({ name }) => ({ file, className: name })),
    );
}

function startedModule(project: Project): ClassPlace | undefined {
  const source = parse(project.read(project.entryFile) ?? '');
  for (const {
    arguments: [first],
  } of startsOf(source)) {
    const name = first === undefined ? undefined : nodesOf(first).find((node) => ts.isIdentifier(node))?.text;
    const file = name === undefined ? undefined : fileOf(project, project.entryFile, source, name);
    if (name !== undefined && file !== undefined && isModule(project, file, name)) return { file, className: name };
  }
  return undefined;
}

/** The file that declares what a file calls by a name. */
export function fileOf(project: Project, file: string, source: ts.SourceFile, name: string): string | undefined {
  const binding = bindingOf(source, name);
  return binding === 'here' ? file : project.resolve(file, binding ?? '');
}

function isModule(project: Project, file: string, className: string): boolean {
  return decoratedClasses(parse(project.read(file) ?? ''), 'Module').some(({ name }) => name === className);
}

function isFactory({ expression, name }: ts.PropertyAccessExpression): boolean {
  return ts.isIdentifier(expression) && expression.text === 'NestFactory' && name.text.startsWith('create');
}
