import ts from 'typescript';
import { objectOf } from '../edit/decorated.js';
import { atEndOf, atStartOf, newProperty, propertyOf } from '../edit/objects.js';
import { type Edit, edited, nodesOf, parse, parseJson } from '../edit/source.js';
import type { Project } from '../project/project.js';

const PATTERN = 'node_modules/@rookery/.+\\.js$';
const TRANSFORM = '@rookery/schematics/jest-transform';
/** What Jest must not transform: all packages but ours, in the folders of pnpm, too. */
const IGNORED = '/node_modules/(?!(\\.pnpm|@rookery)/)';

const FILES = [
  '/package.json',
  '/jest.config.json',
  '/test/jest-e2e.json',
  '/jest.config.ts',
  '/jest.config.js',
  '/jest.config.cjs',
  '/jest.config.mjs',
];

/** Has Jest run our packages, which are ES modules, in a CommonJS project. What is there already stays. */
export function configureJest(project: Project): void {
  for (const file of FILES) {
    const text = project.read(file);
    if (text === undefined || text.includes(TRANSFORM)) continue;
    const source = file.endsWith('.json') ? parseJson(text) : parse(text);
    const config = configOf(source, file);
    if (config === undefined) continue;
    const edits = editsOf(source, config, file.endsWith('.json') ? '"' : "'");
    if (edits === undefined) project.note(adviceFor(file));
    else project.write(file, edited(text, edits));
  }
}

/** The object that configures Jest, undefined if the file has none: in code the one with a `transform`, or else any. */
function configOf(source: ts.SourceFile, file: string): ts.ObjectLiteralExpression | undefined {
  const objects = nodesOf(source).filter((node) => ts.isObjectLiteralExpression(node));
  const [root] = objects;
  if (file.endsWith('package.json')) return root === undefined ? undefined : objectOf(valueOf(root, 'jest'));
  return objects.find((each) => valueOf(each, 'transform') !== undefined) ?? root;
}

/** The first pattern that matches is taken, so ours comes first. Undefined if there is no `transform` to put it into. */
function editsOf(
  source: ts.SourceFile,
  config: ts.ObjectLiteralExpression,
  quote: string,
): readonly Edit[] | undefined {
  const transform = objectOf(valueOf(config, 'transform'));
  if (transform === undefined) return undefined;
  const ignored = quoted(IGNORED, quote);
  const patterns = valueOf(config, 'transformIgnorePatterns');
  return [
    ...atStartOf(source, transform, `${quoted(PATTERN, quote)}: ${quoted(TRANSFORM, quote)}`),
    ...(patterns === undefined
      ? newProperty(
          source,
          config,
          `${quote === '"' ? '"transformIgnorePatterns"' : 'transformIgnorePatterns'}: [${ignored}]`,
        )
      : ignoring(source, patterns, ignored)),
  ];
}

/** In place of a pattern that leaves all packages alone, beside others. */
function ignoring(source: ts.SourceFile, patterns: ts.Expression, ignored: string): readonly Edit[] {
  const all = nodesOf(patterns).find((node) => ts.isStringLiteral(node) && /^\/?node_modules\/?$/.test(node.text));
  if (all !== undefined) return [{ start: all.getStart(source), end: all.end, text: ignored }];
  return atEndOf(source, patterns, ignored);
}

function valueOf(object: ts.ObjectLiteralExpression, key: string): ts.Expression | undefined {
  const property = propertyOf(object, key);
  return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

function quoted(text: string, quote: string): string {
  return quote + JSON.stringify(text).slice(1, -1) + quote;
}

function adviceFor(file: string): string {
  return `${file.slice(1)} has no "transform" written as an object, so Jest cannot be told of our packages: put ${quoted(PATTERN, "'")}: '${TRANSFORM}' into it, and ${quoted(IGNORED, "'")} into transformIgnorePatterns.`;
}
