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

/** `const app = await NestFactory.create(AppModule)`, whatever stands around the call. */
function variableOf(start: ts.Node): { readonly statement: ts.Statement; readonly name: string } | undefined {
  let node: ts.Node = start;
  while (!ts.isSourceFile(node) && !ts.isFunctionLike(node)) {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
      const statement = node.parent.parent;
      return ts.isVariableStatement(statement) ? { statement, name: node.name.text } : undefined;
    }
    if (isAssignment(node) && ts.isExpressionStatement(node.parent)) {
      return { statement: node.parent, name: node.left.text };
    }
    node = node.parent;
  }
  return undefined;
}

/** `app = await NestFactory.create(AppModule)` */
function isAssignment(node: ts.Node): node is ts.BinaryExpression & { readonly left: ts.Identifier } {
  return (
    ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(node.left)
  );
}
