import ts from 'typescript';

/** Text put in place of what stands from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** How a file is written, so that what is added looks the same. */
export interface Style {
  readonly eol: string;
  readonly quote: string;
  readonly semicolon: string;
}

export function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

export function parseJson(text: string): ts.SourceFile {
  return ts.parseJsonText('source.json', text);
}

export function insertion(at: number, text: string): Edit {
  return { start: at, end: at, text };
}

/** The text with all edits made, which must not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  const fromEnd = edits.toSorted((a, b) => b.start - a.start);
  return fromEnd.reduce(
    (result, { start, end, text: more }) => result.slice(0, start) + more + result.slice(end),
    text,
  );
}

export function styleOf(source: ts.SourceFile): Style {
  const { text } = source;
  const first = source.statements.find((statement) => ts.isImportDeclaration(statement));
  return {
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    quote: first?.moduleSpecifier.getText(source).charAt(0) ?? "'",
    semicolon: first === undefined || first.getText(source).endsWith(';') ? ';' : '',
  };
}

/** The white space at the begin of the line in which a node begins. */
export function indentOf(source: ts.SourceFile, node: ts.Node): string {
  const { text } = source;
  const begin = text.lastIndexOf('\n', node.getStart(source) - 1) + 1;
  return /^[ \t]*/.exec(text.slice(begin))?.[0] ?? '';
}

export function isOnOneLine(source: ts.SourceFile, node: ts.Node): boolean {
  return !source.text.slice(node.getStart(source), node.end).includes('\n');
}

/** All nodes below that one, and itself, in the order of the text. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    nodes.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return nodes;
}
