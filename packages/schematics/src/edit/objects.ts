import ts from 'typescript';
import { type Edit, indentOf, insertion, isOnOneLine, styleOf } from './source.js';

/** The property of that name: `key: value`, or the shorthand `key`. */
export function propertyOf(
  object: ts.ObjectLiteralExpression,
  key: string,
): ts.PropertyAssignment | ts.ShorthandPropertyAssignment | undefined {
  return object.properties
    .filter((each) => ts.isPropertyAssignment(each) || ts.isShorthandPropertyAssignment(each))
    .find(({ name }) => (ts.isIdentifier(name) || ts.isStringLiteral(name)) && name.text === key);
}

/**
 * Whether an object may have that key without saying so: by what it spreads, a computed name, or an accessor. A property
 * put there would hide that one.
 */
export function mayHide(object: ts.ObjectLiteralExpression, key: string): boolean {
  if (propertyOf(object, key) !== undefined) return false;
  return object.properties.some(
    ({ name }) => name === undefined || ts.isComputedPropertyName(name) || name.getText() === key,
  );
}

/** The text of a property that is written as such, or undefined. */
export function stringOf(object: ts.ObjectLiteralExpression, key: string): string | undefined {
  const property = propertyOf(object, key);
  if (property === undefined || !ts.isPropertyAssignment(property)) return undefined;
  return ts.isStringLiteralLike(property.initializer) ? property.initializer.text : undefined;
}

/** Puts an element at the end of the list `key` of an object, and the list into the object if it has none. */
export function intoList(
  source: ts.SourceFile,
  object: ts.ObjectLiteralExpression,
  key: string,
  element: string,
): readonly Edit[] {
  const property = propertyOf(object, key);
  if (property === undefined) return newProperty(source, object, `${key}: [${element}]`);
  if (ts.isShorthandPropertyAssignment(property)) return [insertion(property.end, `: [...${key}, ${element}]`)];
  return atEndOf(source, property.initializer, element);
}

/** Puts an element at the end of a list; what is no list itself is spread into a new one. */
export function atEndOf(source: ts.SourceFile, list: ts.Expression, element: string): readonly Edit[] {
  const plain = ts.isAsExpression(list) || ts.isSatisfiesExpression(list) ? list.expression : list;
  if (!ts.isArrayLiteralExpression(plain)) {
    const text = plain.getText(source);
    const isSimple = ts.isIdentifier(plain) || ts.isPropertyAccessExpression(plain) || ts.isCallExpression(plain);
    const spread = `[...${isSimple ? text : `(${text})`}, ${element}]`;
    return [{ start: plain.getStart(source), end: plain.end, text: spread }];
  }
  if (plain.elements.length === 0) return [insertion(plain.getStart(source) + 1, element)];
  return behind(source, plain, plain.elements, element);
}

/** Puts an item before all others of an object. */
export function atStartOf(
  source: ts.SourceFile,
  object: ts.ObjectLiteralExpression,
  property: string,
): readonly Edit[] {
  const [first] = object.properties;
  if (first === undefined) return [insertion(object.getStart(source) + 1, ` ${property} `)];
  const gap = startsItsLine(source, first) ? styleOf(source).eol + indentOf(source, first) : ' ';
  return [insertion(first.getStart(source), `${property},${gap}`)];
}

/** Puts a property behind all others of an object. */
export function newProperty(
  source: ts.SourceFile,
  object: ts.ObjectLiteralExpression,
  property: string,
): readonly Edit[] {
  if (object.properties.length > 0) return behind(source, object, object.properties, property);
  const { eol } = styleOf(source);
  const indent = indentOf(source, object);
  return [insertion(object.getStart(source) + 1, `${eol}${indent}  ${property},${eol}${indent}`)];
}

/** After the last one, its comma and the comments in its line; in a line of its own where the others have one. */
function behind(source: ts.SourceFile, holder: ts.Node, items: ts.NodeArray<ts.Node>, item: string): readonly Edit[] {
  const last = items.at(-1);
  if (last === undefined) return [];
  const hasComma = items.hasTrailingComma;
  const end = hasComma ? items.end : last.end;
  const comments = ts.getTrailingCommentRanges(source.text, end) ?? [];
  const comment = comments.at(-1);
  const at = comment?.end ?? end;
  const isLined =
    comment?.kind === ts.SyntaxKind.SingleLineCommentTrivia || // which would swallow it
    (!isOnOneLine(source, holder) && startsItsLine(source, last));
  const gap = isLined ? styleOf(source).eol + indentOf(source, last) : ' ';
  const added = insertion(at, `${gap}${item}${hasComma ? ',' : ''}`);
  if (hasComma) return [added];
  return at === end ? [insertion(end, `,${added.text}`)] : [insertion(end, ','), added];
}

function startsItsLine(source: ts.SourceFile, node: ts.Node): boolean {
  const start = node.getStart(source);
  return source.text.slice(source.text.lastIndexOf('\n', start - 1) + 1, start).trim() === '';
}
