import ts from 'typescript';

/** What Jest asks a transformer for. */
export interface TransformedSource {
  readonly code: string;
  readonly map: string;
}

/**
 * For Jest in CommonJS projects: makes CommonJS of our packages, which are ES modules. `nest add @rookery/nestjs` puts it into
 * the configuration, for `node_modules/@rookery` alone.
 */
export function process(source: string, file: string): TransformedSource {
  const { outputText, sourceMapText = '' } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2023,
      allowJs: true,
      esModuleInterop: true,
      sourceMap: true,
      inlineSources: true,
    },
    transformers: { before: [withoutImportMeta] },
  });
  return { code: outputText, map: sourceMapText };
}

/** CommonJS has no `import.meta.url`, but the name of the file. */
function withoutImportMeta(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  const visit = (node: ts.Node): ts.Node => (isImportMetaUrl(node) ? fileUrl(context.factory) : each(node));
  const each = (node: ts.Node): ts.Node => ts.visitEachChild(node, visit, context);
  return (source) => ts.visitEachChild(source, visit, context);
}

function isImportMetaUrl(node: ts.Node): boolean {
  return (
    ts.isPropertyAccessExpression(node) &&
    ts.isMetaProperty(node.expression) &&
    node.expression.keywordToken === ts.SyntaxKind.ImportKeyword &&
    node.name.text === 'url'
  );
}

/** `require('node:url').pathToFileURL(__filename).href` */
function fileUrl(make: ts.NodeFactory): ts.Node {
  const url = make.createCallExpression(make.createIdentifier('require'), undefined, [
    make.createStringLiteral('node:url'),
  ]);
  const toUrl = make.createPropertyAccessExpression(url, 'pathToFileURL');
  const call = make.createCallExpression(toUrl, undefined, [make.createIdentifier('__filename')]);
  return make.createPropertyAccessExpression(call, 'href');
}
