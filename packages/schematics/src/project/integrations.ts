import ts from 'typescript';
import { callsOf, objectOf } from '../edit/decorated.js';
import { withImport } from '../edit/imports.js';
import { atEndOf, intoList, mayHide, stringOf } from '../edit/objects.js';
import { edited, nodesOf, parse } from '../edit/source.js';
import { SchematicError } from '../errors.js';
import { type ClassPlace, moduleClass, withListed } from './modules.js';
import type { Project } from './project.js';

/** A module of `@rookery/nestjs` that makes named things: `TtlCacheModule.forFeature([{ name: 'profiles' }])`. */
export interface Integration {
  readonly moduleName: string;
  readonly from: string;
  /** The option that lists them, where they are not the argument itself. */
  readonly list: string | undefined;
  /** Whether two of one name in an application are too many. */
  readonly isUnique: boolean;
}

const MAKERS = ['forRoot', 'forRootAsync', 'forFeature', 'forFeatureAsync'];

/** Puts a thing with that name into the module, by its `forFeature`, unless the module has one of that name. */
export function addNamed(
  project: Project,
  place: ClassPlace,
  integration: Integration,
  name: string,
  entry: string,
): void {
  const text = project.read(place.file) ?? '';
  if (names(text, integration).includes(name)) return;
  if (integration.isUnique) checkFree(project, place, integration, name);
  const { moduleName, from } = integration;
  const imported = withImport(text, place.file.slice(1), { name: moduleName, from });
  const list = integration.list === undefined ? `[${entry}]` : `{ ${integration.list}: [${entry}] }`;
  project.write(
    place.file,
    intoCall(imported, place, integration, entry) ??
      withListed(imported, place, 'imports', `${moduleName}.forFeature(${list})`),
  );
}

/** The names that stand in calls of the module. */
function names(text: string, { moduleName }: Integration): string[] {
  if (!text.includes(moduleName)) return [];
  return callsOf(parse(text), moduleName, MAKERS).flatMap((call) =>
    nodesOf(call).flatMap((node) => (ts.isObjectLiteralExpression(node) ? (stringOf(node, 'name') ?? []) : [])),
  );
}

function checkFree(project: Project, place: ClassPlace, integration: Integration, name: string): void {
  const other = project
    .sources()
    .find((file) => file !== place.file && names(project.read(file) ?? '', integration).includes(name));
  if (other === undefined) return;
  throw new SchematicError(
    'name_taken',
    `${other.slice(1)} has a "${name}" of ${integration.moduleName} already, and an application has one of a name: take another.`,
  );
}

/** The text with it in the `forFeature` that the module has, or undefined. */
function intoCall(
  text: string,
  place: ClassPlace,
  { moduleName, list }: Integration,
  entry: string,
): string | undefined {
  const source = parse(text);
  const { call: decorator } = moduleClass(source, place);
  const [call] = callsOf(decorator, moduleName, ['forFeature']);
  const argument = call?.arguments[0];
  if (argument === undefined) return undefined;
  if (list === undefined) return edited(text, atEndOf(source, argument, entry));
  const options = objectOf(argument);
  const isOpaque = options === undefined || mayHide(options, list);
  return isOpaque ? undefined : edited(text, intoList(source, options, list, entry));
}
