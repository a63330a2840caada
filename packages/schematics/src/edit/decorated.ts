import ts from 'typescript';
import { nodesOf } from './source.js';

/** A class with a decorator that is called. */
export interface DecoratedClass {
  readonly name: string;
  readonly call: ts.CallExpression;
  /** What the decorator is called with, if that is written as an object. */
  readonly options: ts.ObjectLiteralExpression | undefined;
}

/** The classes of a file that stand behind `@decorator(…)`. */
export function decoratedClasses(source: ts.SourceFile, decorator: string): DecoratedClass[] {
  return source.statements
    .filter((statement) => ts.isClassDeclaration(statement))
    .flatMap((declared) => {
      const call = callOf(declared, decorator);
      if (call === undefined || declared.name === undefined) return [];
      return [{ name: declared.name.text, call, options: objectOf(call.arguments[0]) }];
    });
}

/** The calls of `owner.method(…)` below a node. */
export function callsOf(node: ts.Node, owner: string, methods: readonly string[]): ts.CallExpression[] {
  return nodesOf(node)
    .filter((each) => ts.isCallExpression(each))
    .filter(({ expression }) => {
      if (!ts.isPropertyAccessExpression(expression) || !ts.isIdentifier(expression.expression)) return false;
      return expression.expression.text === owner && methods.includes(expression.name.text);
    });
}

/** Whether a name is said anywhere below a node. */
export function mentions(node: ts.Node, name: string): boolean {
  return nodesOf(node).some((each) => ts.isIdentifier(each) && each.text === name);
}

export function objectOf(expression: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  return expression !== undefined && ts.isObjectLiteralExpression(expression) ? expression : undefined;
}

function callOf(declared: ts.ClassDeclaration, decorator: string): ts.CallExpression | undefined {
  return (ts.getDecorators(declared) ?? [])
    .map(({ expression }) => expression)
    .filter((expression) => ts.isCallExpression(expression))
    .find(({ expression }) => ts.isIdentifier(expression) && expression.text === decorator);
}
