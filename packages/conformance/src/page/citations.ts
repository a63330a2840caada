import ts from 'typescript';
import { ID } from './catalog.js';

/** A test, or a group of tests, whose name has an id. */
export interface Citation {
  readonly id: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** As it is written, with `…` for what is filled in. */
  readonly test: string;
}

const TESTS = new Set(['test', 'it', 'describe']);
/** What is not run proves nothing. */
const NOT_RUN = new Set(['skip', 'todo', 'failing']);

/** The ids in the names of tests and of `describe`s, and in the strings of their tables. Comments do not count. */
export function citationsIn(file: string, source: string): readonly Citation[] {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const found = new Map<string, Citation>();
  const visit = (node: ts.Node): void => {
    const call = ts.isCallExpression(node) ? testCall(node) : undefined;
    if (call?.isRun === false) return;
    if (call !== undefined) {
      const { name, table } = call;
      const texts = [name, ...(table === undefined ? [] : stringsIn(table, parsed))];
      for (const id of texts.flatMap((text) => text.match(ID) ?? [])) {
        found.set(`${id} ${name}`, { id, file, test: name });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return [...found.values()];
}

interface TestCall {
  readonly name: string;
  /** Of `test.each(table)(name, …)`. */
  readonly table: ts.Node | undefined;
  readonly isRun: boolean;
}

/** `test(name, …)`, `test.only(name, …)`, `describe.each(table)(name, …)`; undefined for any other call. */
function testCall({ expression, arguments: given }: ts.CallExpression): TestCall | undefined {
  const each = ts.isCallExpression(expression) && isEach(expression.expression) ? expression : undefined;
  const words = wordsOf(each?.expression ?? expression);
  const [name] = given;
  if (name === undefined || !TESTS.has(words[0] ?? '')) return undefined;
  if (each === undefined && words.at(-1) === 'each') return undefined; // the inner call of test.each(table)(name)
  return { name: textOf(name), table: each?.arguments[0], isRun: !words.some((word) => NOT_RUN.has(word)) };
}

function isEach(callee: ts.Expression): boolean {
  return wordsOf(callee).at(-1) === 'each';
}

/** `describe.only.each` → describe, only, each. */
function wordsOf(callee: ts.Expression): readonly string[] {
  if (ts.isIdentifier(callee)) return [callee.text];
  return ts.isPropertyAccessExpression(callee) ? [...wordsOf(callee.expression), callee.name.text] : [];
}

/** What a name is, with `…` for what is filled in when it runs. */
function textOf(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  }
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isBinaryExpression(node)) return textOf(node.left) + textOf(node.right);
  return '…';
}

/** All strings in a table; one that is a constant of the same file is looked up. */
function stringsIn(table: ts.Node, file: ts.SourceFile): readonly string[] {
  const strings: string[] = [];
  const seen = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) strings.push(node.text);
    if (ts.isTemplateExpression(node)) strings.push(textOf(node));
    if (ts.isIdentifier(node) && !seen.has(node.text)) {
      seen.add(node.text);
      const value = constantsOf(file).get(node.text);
      if (value !== undefined) visit(value);
    }
    ts.forEachChild(node, visit);
  };
  visit(table);
  return strings;
}

function constantsOf(file: ts.SourceFile): ReadonlyMap<string, ts.Expression> {
  const constants = new Map<string, ts.Expression>();
  for (const statement of file.statements.filter((one) => ts.isVariableStatement(one))) {
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer !== undefined) constants.set(name.text, initializer);
    }
  }
  return constants;
}
