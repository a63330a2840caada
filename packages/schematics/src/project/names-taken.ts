import ts from 'typescript';
import { decoratedClasses, objectOf } from '../edit/decorated.js';
import { stringOf } from '../edit/objects.js';
import { nodesOf, parse } from '../edit/source.js';
import { SchematicError } from '../errors.js';
import type { Names } from '../naming.js';
import type { Project } from './project.js';

/** Throws a SchematicError where the tree would not boot, as another file has a server or supervisor of that name. */
export function checkFreeInTree(project: Project, { className, file }: Names): void {
  const other = fileWith(project, file, '@Supervis', (source) =>
    [...decoratedClasses(source, 'Supervised'), ...decoratedClasses(source, 'Supervisor')].some(
      ({ name, options }) => ((options && stringOf(options, 'name')) ?? name) === className,
    ),
  );
  if (other !== undefined) throw taken(other, className, 'a tree');
}

/** Throws a SchematicError where another file has a health indicator of that name. */
export function checkFreeIndicator(project: Project, { base, file }: Names): void {
  const other = fileWith(project, file, '@HealthIndicator', (source) =>
    nodesOf(source)
      .filter((node) => ts.isDecorator(node))
      .map(({ expression }) => expression)
      .some((call) => ts.isCallExpression(call) && isIndicator(call, base)),
  );
  if (other !== undefined) throw taken(other, `health indicator "${base}"`, 'an application');
}

function isIndicator({ expression, arguments: [first] }: ts.CallExpression, base: string): boolean {
  const options = objectOf(first);
  const isCalledSo = options !== undefined && stringOf(options, 'name') === base;
  return isCalledSo && ts.isIdentifier(expression) && expression.text === 'HealthIndicator';
}

function fileWith(
  project: Project,
  own: string,
  word: string,
  has: (source: ts.SourceFile) => boolean,
): string | undefined {
  return project.sources().find((file) => {
    const text = file === own ? '' : (project.read(file) ?? '');
    return text.includes(word) && has(parse(text));
  });
}

function taken(file: string, what: string, where: string): SchematicError {
  return new SchematicError(
    'name_taken',
    `${file.slice(1)} has a ${what} already, and ${where} has one of a name: take another name.`,
  );
}
