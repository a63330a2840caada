import ts from 'typescript';
import { callsOf, decoratedClasses, mentions, objectOf } from '../edit/decorated.js';
import { withImport } from '../edit/imports.js';
import { intoList, mayHide, propertyOf, stringOf } from '../edit/objects.js';
import { edited, parse } from '../edit/source.js';
import { SchematicError } from '../errors.js';
import type { Names } from '../naming.js';
import { appModule, type ClassPlace, fileOf } from './modules.js';
import type { Project } from './project.js';

/** Where children are listed: a `@Supervisor`, or what a module contributes by `forFeature`. */
export type TreePlace =
  | { readonly kind: 'supervisor'; readonly file: string; readonly className: string }
  | { readonly kind: 'feature'; readonly file: string; readonly at: string };

/** `SupervisionModule.forRoot` in a module, and its root where that is a class of the project. */
export interface RootPlace {
  readonly file: string;
  readonly root: ClassPlace | undefined;
}

/**
 * The place for a child: where it is already, the supervisor of that name, or the nearest: in the folder, in those around it, else
 * the root of the tree.
 */
export function treePlaceFor(project: Project, child: Names, wanted = ''): TreePlace {
  const home = homeOf(project, child);
  if (home !== undefined && wanted !== '' && wanted !== nameOf(home)) throw elsewhere(child, home);
  if (home !== undefined) return home;
  return wanted === '' ? nearest(project, child) : byName(project, wanted);
}

function nearest(project: Project, { folder, file, className }: Names): TreePlace {
  for (const around of project.foldersFrom(folder)) {
    const places = placesIn(project, around).filter((place) => place.kind === 'feature' || place.file !== file);
    if (places.length > 1) throw several(around, places);
    if (places[0] !== undefined) return places[0];
  }
  const root = findRoot(project)?.root;
  if (root !== undefined && root.file !== file) return { kind: 'supervisor', ...root };
  throw new SchematicError(
    'no_supervisor',
    `No supervisor for ${className}: there is none in ${folder.slice(1)}, in a folder around it, or as root of SupervisionModule.forRoot. Make a tree first, "nest g -c @rookery/schematics tree app", or use --skip-import.`,
  );
}

/** Where that very class is a child. */
function homeOf(project: Project, { className, file }: Names): TreePlace | undefined {
  return allPlaces(project).find((place) => {
    const source = parse(project.read(place.file) ?? '');
    const options = optionsOf(source, place);
    const children = options === undefined ? undefined : propertyOf(options, 'children');
    if (children === undefined || !mentions(children, className)) return false;
    return fileOf(project, place.file, source, className) === file;
  });
}

/** Where the tree of the application begins, if it has one. */
export function findRoot(project: Project): RootPlace | undefined {
  for (const file of filesFromApp(project)) {
    const source = parse(project.read(file) ?? '');
    const [call] = callsOf(source, 'SupervisionModule', ['forRoot', 'forRootAsync']);
    if (call === undefined) continue;
    const options = objectOf(call.arguments[0]);
    const property = options === undefined ? undefined : propertyOf(options, 'root');
    const value = property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : property?.name;
    if (value === undefined || !ts.isIdentifier(value)) return { file, root: undefined };
    const home = fileOf(project, file, source, value.text);
    return { file, root: home === undefined ? undefined : { file: home, className: value.text } };
  }
  return undefined;
}

/** The text with a class among the children of that place, imported. The same text if it is there. */
export function withChild(text: string, place: TreePlace, className: string, from: string | undefined): string {
  const where = place.file.slice(1);
  const imported = from === undefined ? text : withImport(text, where, { name: className, from });
  const source = parse(imported);
  const options = optionsOf(source, place);
  if (options === undefined || mayHide(options, 'children')) throw notEditable(place, className);
  const children = propertyOf(options, 'children');
  if (children !== undefined && mentions(children, className)) return imported;
  return edited(imported, intoList(source, options, 'children', className));
}

export function describe(place: TreePlace): string {
  return place.kind === 'supervisor' ? place.className : `feature('${place.at}')`;
}

function nameOf(place: TreePlace): string {
  return place.kind === 'supervisor' ? place.className : place.at;
}

function byName(project: Project, wanted: string): TreePlace {
  const all = allPlaces(project);
  const found = all.filter((place) => nameOf(place) === wanted);
  if (found.length > 1)
    throw new SchematicError('several_supervisors', `${wanted} is in several files: ${listOf(found)}. Rename one.`);
  if (found[0] !== undefined) return found[0];
  const known = all.map(nameOf).join(', ') || 'none';
  throw new SchematicError('no_supervisor', `No supervisor or feature is called "${wanted}". There are: ${known}.`);
}

function allPlaces(project: Project): TreePlace[] {
  return project.sources().flatMap((file) => [...supervisorsIn(project, file), ...featuresOf(project, file)]);
}

function supervisorsIn(project: Project, file: string): TreePlace[] {
  const text = project.read(file) ?? '';
  if (!text.includes('@Supervisor')) return [];
  return decoratedClasses(parse(text), 'Supervisor').map(({ name }) => ({ kind: 'supervisor', file, className: name }));
}

function featuresOf(project: Project, file: string): TreePlace[] {
  const text = project.read(file) ?? '';
  if (!text.includes('.forFeature')) return [];
  return featuresIn(parse(text)).map(({ at }) => ({ kind: 'feature', file, at }));
}

/** Supervisors before contributions of modules: who stands in a feature's own supervisor stands below what it contributes. */
function placesIn(project: Project, folder: string): TreePlace[] {
  const files = project.sourcesIn(folder);
  const supervisors = files.flatMap((file) => supervisorsIn(project, file));
  return supervisors.length > 0 ? supervisors : files.flatMap((file) => featuresOf(project, file));
}

function featuresIn(source: ts.SourceFile): { readonly at: string; readonly options: ts.ObjectLiteralExpression }[] {
  return callsOf(source, 'SupervisionModule', ['forFeature']).flatMap((call) => {
    const options = objectOf(call.arguments[0]);
    const at = options === undefined ? undefined : stringOf(options, 'at');
    return options === undefined || at === undefined ? [] : [{ at, options }];
  });
}

function optionsOf(source: ts.SourceFile, place: TreePlace): ts.ObjectLiteralExpression | undefined {
  if (place.kind === 'feature') return featuresIn(source).find(({ at }) => at === place.at)?.options;
  return decoratedClasses(source, 'Supervisor').find(({ name }) => name === place.className)?.options;
}

/** The module that is started first, then all others. */
function filesFromApp(project: Project): string[] {
  const modules = project.sources().filter((file) => file.endsWith('.module.ts'));
  try {
    const { file } = appModule(project);
    return [file, ...modules.filter((each) => each !== file)];
  } catch (error) {
    if (error instanceof SchematicError) return modules; // a library: it has no application
    throw error;
  }
}

function elsewhere({ className }: Names, home: TreePlace): SchematicError {
  return new SchematicError(
    'name_taken',
    `${className} is a child of ${describe(home)} already, and has one place in a tree. Take it out there first.`,
  );
}

function several(folder: string, places: readonly TreePlace[]): SchematicError {
  const names = places.map(nameOf);
  return new SchematicError(
    'several_supervisors',
    `${folder.slice(1) || 'The root'} has several supervisors: ${names.join(', ')}. Say which: "--type ${names[0] ?? ''}" with nest g, "--supervisor" with npx schematics.`,
  );
}

function notEditable(place: TreePlace, className: string): SchematicError {
  return new SchematicError(
    'not_editable',
    `The options of ${describe(place)} in ${place.file.slice(1)} are not written as an object that shows its children, so nothing can be put there. Put ${className} into its children, and use --skip-import.`,
  );
}

function listOf(places: readonly TreePlace[]): string {
  return places.map(({ file }) => file.slice(1)).join(', ');
}
