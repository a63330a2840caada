import ts from 'typescript';
import { edited, indentOf, insertion, nodesOf, parse, styleOf } from '../edit/source.js';
import { startsOf } from './modules.js';

/** The text with `app.enableShutdownHooks()` after the statement that makes the application. Undefined if it has none to put it after. */
export function withShutdownHooks(text: string): string | undefined {
  const source = parse(text);
  if (nodesOf(source).some((node) => ts.isIdentifier(node) && node.text === 'enableShutdownHooks')) return text;
  for (const start of startsOf(source)) {
    const made = variableOf(start);
    if (made === undefined) continue;
    const { eol, semicolon } = styleOf(source);
    const line = `${eol}${indentOf(source, made.statement)}${made.name}.enableShutdownHooks()${semicolon}`;
    return edited(text, [insertion(made.statement.end, line)]);
  }
  return undefined;
}

interface Made {
  readonly statement: ts.Statement;
  readonly name: string;
}

/** `const app = await NestFactory.create(AppModule)`, or with a function around it: not what is asked of it, nor a promise of it. */
function variableOf(start: ts.Node): Made | undefined {
  let node: ts.Node = start;
  let isAwaited = false;
  while (isAround(node.parent, node)) {
    node = node.parent;
    isAwaited ||= ts.isAwaitExpression(node);
  }
  const made = isAwaited ? madeBy(node.parent) : undefined;
  return made !== undefined && isInBlock(made.statement) ? made : undefined;
}

/** What gives the application that it gets. */
function isAround(outer: ts.Node, inner: ts.Node): boolean {
  if (ts.isCallExpression(outer)) return outer.expression !== inner;
  return (
    ts.isAwaitExpression(outer) ||
    ts.isParenthesizedExpression(outer) ||
    ts.isAsExpression(outer) ||
    ts.isSatisfiesExpression(outer) ||
    ts.isTypeAssertionExpression(outer) ||
    ts.isNonNullExpression(outer)
  );
}

function madeBy(node: ts.Node): Made | undefined {
  if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
    const statement = node.parent.parent;
    return ts.isVariableStatement(statement) ? { statement, name: node.name.text } : undefined;
  }
  if (!isAssignment(node) || !ts.isExpressionStatement(node.parent)) return undefined;
  return { statement: node.parent, name: node.left.text };
}

/** Elsewhere, behind an `if` without braces say, a second statement would not belong to it. */
function isInBlock({ parent }: ts.Statement): boolean {
  return ts.isSourceFile(parent) || ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent);
}

/** `app = await NestFactory.create(AppModule)` */
function isAssignment(node: ts.Node): node is ts.BinaryExpression & { readonly left: ts.Identifier } {
  return (
    ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(node.left)
  );
}
