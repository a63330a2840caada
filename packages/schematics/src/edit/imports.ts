import ts from 'typescript';
import { SchematicError } from '../errors.js';
import { type Edit, edited, indentOf, insertion, isOnOneLine, parse, styleOf } from './source.js';

export interface Import {
  readonly name: string;
  readonly from: string;
}

/**
 * The text with that name imported, beside others from there or in a line after the last import. Unchanged if it is there. Throws a
 * SchematicError if the file means something else by that name.
 */
export function withImport(text: string, file: string, { name, from }: Import): string {
  const source = parse(text);
  const binding = bindingOf(source, name);
  if (binding === from || isSameFile(binding, from)) return text;
  if (binding !== undefined) throw taken(file, name, from, binding);
  const neighbour = importsOf(source).find((each) => specifierOf(each) === from && namedImports(each) !== undefined);
  const edit = neighbour === undefined ? ownLine(source, name, from) : beside(source, neighbour, name);
  return edited(text, [edit]);
}

/** Where a name comes from: the specifier of its import, `here` if the file declares it. */
export function bindingOf(source: ts.SourceFile, name: string): string | undefined {
  const imported = importsOf(source).find((each) => localNames(each).includes(name));
  if (imported !== undefined) return specifierOf(imported);
  const isDeclared = source.statements.some(
    (statement) =>
      (ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) && statement.name?.text === name,
  );
  const isVariable = source.statements.some(
    (statement) =>
      ts.isVariableStatement(statement) &&
      statement.declarationList.declarations.some((each) => each.name.getText(source) === name),
  );
  return isDeclared || isVariable ? 'here' : undefined;
}

/** The specifiers of imports of files of the project. */
export function relativeSpecifiers(text: string): string[] {
  return importsOf(parse(text))
    .map(specifierOf)
    .filter((specifier) => specifier.startsWith('.'));
}

function importsOf(source: ts.SourceFile): ts.ImportDeclaration[] {
  return source.statements.filter((statement) => ts.isImportDeclaration(statement));
}

function specifierOf({ moduleSpecifier }: ts.ImportDeclaration): string {
  return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
}

function namedImports({ importClause }: ts.ImportDeclaration): ts.NamedImports | undefined {
  const bindings = importClause?.namedBindings;
  const isOfTypes = importClause?.getFirstToken()?.kind === ts.SyntaxKind.TypeKeyword;
  return bindings !== undefined && ts.isNamedImports(bindings) && !isOfTypes ? bindings : undefined;
}

function localNames({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  const names = bindings === undefined ? [] : ts.isNamedImports(bindings) ? bindings.elements : [bindings];
  return [importClause?.name, ...names.map(({ name }) => name)].flatMap((name) =>
    name === undefined ? [] : [name.text],
  );
}

/** `./lobby` and `./lobby.js` are one file. */
function isSameFile(one: string | undefined, other: string): boolean {
  const plain = (specifier: string): string => specifier.replace(/\.[jt]s$/, '');
  return one !== undefined && one.startsWith('.') && plain(one) === plain(other);
}

function taken(file: string, name: string, from: string, binding: string): SchematicError {
  const owner = binding === 'here' ? 'declares a' : `imports from "${binding}" a`;
  return new SchematicError(
    'name_taken',
    `${file} ${owner} ${name} of its own, so the one of "${from}" cannot be imported there. Take another name, or rename that one.`,
  );
}

function beside(source: ts.SourceFile, neighbour: ts.ImportDeclaration, name: string): Edit {
  const named = namedImports(neighbour);
  const last = named?.elements.at(-1);
  if (named === undefined) return ownLine(source, name, specifierOf(neighbour));
  if (last === undefined) return { start: named.getStart(source), end: named.end, text: `{ ${name} }` };
  const gap = isOnOneLine(source, named) ? ' ' : styleOf(source).eol + indentOf(source, last);
  return insertion(last.end, `,${gap}${name}`);
}

/** Packages after packages, files of the project after all. */
function ownLine(source: ts.SourceFile, name: string, from: string): Edit {
  const { eol, quote, semicolon } = styleOf(source);
  const line = `import { ${name} } from ${quote}${from}${quote}${semicolon}`;
  const all = importsOf(source);
  const packages = all.filter((each) => !specifierOf(each).startsWith('.'));
  const before = from.startsWith('.') ? all.at(-1) : packages.at(-1);
  if (before !== undefined) return insertion(before.end, `${eol}${line}`);
  const [first] = all;
  if (first !== undefined) return insertion(first.getStart(source), `${line}${eol}`);
  return insertion(source.statements[0]?.getStart(source) ?? source.text.length, `${line}${eol}${eol}`);
}
