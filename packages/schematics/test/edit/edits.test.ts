import { describe, expect, test } from '@jest/globals';
import { decoratedClasses } from '../../src/edit/decorated.js';
import { withImport } from '../../src/edit/imports.js';
import { intoList } from '../../src/edit/objects.js';
import { edited, parse } from '../../src/edit/source.js';

function listed(text: string): string {
  const source = parse(text);
  const options = decoratedClasses(source, 'Module')[0]?.options;
  if (options === undefined) throw new Error('The text has no module.');
  return edited(text, intoList(source, options, 'providers', 'B'));
}

describe('an element in a list', () => {
  test.each([
    ['no list', '@Module({})\nclass M {}', '@Module({\n  providers: [B],\n})\nclass M {}'],
    [
      'another property',
      '@Module({ imports: [] })\nclass M {}',
      '@Module({ imports: [], providers: [B] })\nclass M {}',
    ],
    [
      'properties in lines',
      '@Module({\n  imports: [],\n})\nclass M {}',
      '@Module({\n  imports: [],\n  providers: [B],\n})\nclass M {}',
    ],
    [
      'no comma at the end',
      '@Module({\n  imports: []\n})\nclass M {}',
      '@Module({\n  imports: [],\n  providers: [B]\n})\nclass M {}',
    ],
    ['an empty list', '@Module({ providers: [] })\nclass M {}', '@Module({ providers: [B] })\nclass M {}'],
    ['one element', '@Module({ providers: [A] })\nclass M {}', '@Module({ providers: [A, B] })\nclass M {}'],
    [
      'elements in lines',
      '@Module({\n  providers: [\n    A,\n  ],\n})\nclass M {}',
      '@Module({\n  providers: [\n    A,\n    B,\n  ],\n})\nclass M {}',
    ],
    [
      'a comment behind the last',
      '@Module({\n  providers: [\n    A, // why A\n  ],\n})\nclass M {}',
      '@Module({\n  providers: [\n    A, // why A\n    B,\n  ],\n})\nclass M {}',
    ],
    [
      'a comment behind the last without a comma',
      '@Module({\n  providers: [\n    A // why A\n  ]\n})\nclass M {}',
      '@Module({\n  providers: [\n    A, // why A\n    B\n  ]\n})\nclass M {}',
    ],
    [
      'a comment to the end of the line of the list',
      '@Module({ providers: [A, // why A\n  ] })\nclass M {}',
      '@Module({ providers: [A, // why A\nB,\n  ] })\nclass M {}',
    ],
    [
      'a comment behind the last property',
      '@Module({ imports: [] // none\n})\nclass M {}',
      '@Module({ imports: [], // none\nproviders: [B]\n})\nclass M {}',
    ],
    [
      'other line ends and tabs',
      '@Module({\r\n\tproviders: [\r\n\t\tA,\r\n\t],\r\n})\r\nclass M {}',
      '@Module({\r\n\tproviders: [\r\n\t\tA,\r\n\t\tB,\r\n\t],\r\n})\r\nclass M {}',
    ],
    ['a name', '@Module({ providers: ALL })\nclass M {}', '@Module({ providers: [...ALL, B] })\nclass M {}'],
    ['a shorthand', '@Module({ providers })\nclass M {}', '@Module({ providers: [...providers, B] })\nclass M {}'],
    [
      'an expression',
      '@Module({ providers: isProd ? X : Y })\nclass M {}',
      '@Module({ providers: [...(isProd ? X : Y), B] })\nclass M {}',
    ],
    [
      'a constant',
      '@Module({ providers: [A] as const })\nclass M {}',
      '@Module({ providers: [A, B] as const })\nclass M {}',
    ],
    ['a quoted key', `@Module({ 'providers': [A] })\nclass M {}`, `@Module({ 'providers': [A, B] })\nclass M {}`],
  ])('of a module with %s', (_, text, expected) => {
    expect(listed(text)).toBe(expected);
  });
});

describe('an import', () => {
  const add = (text: string, name: string, from: string): string => withImport(text, 'a.ts', { name, from });

  test.each([
    ['into an empty file', '', './b', `import { B } from './b';\n\n`],
    ['before code', 'const a = 1;\n', './b', `import { B } from './b';\n\nconst a = 1;\n`],
    ['of a file after all others', `import x from 'x';\n`, './b', `import x from 'x';\nimport { B } from './b';\n`],
    [
      'of a package after packages',
      `import x from 'x';\nimport a from './a';\n`,
      'b',
      `import x from 'x';\nimport { B } from 'b';\nimport a from './a';\n`,
    ],
    ['of a package before files', `import a from './a';\n`, 'b', `import { B } from 'b';\nimport a from './a';\n`],
    ['beside others from there', `import { A } from 'b';\n`, 'b', `import { A, B } from 'b';\n`],
    ['beside others in lines', `import {\n  A,\n  C,\n} from 'b';\n`, 'b', `import {\n  A,\n  C,\n  B,\n} from 'b';\n`],
    [
      'not into an import of types',
      `import type { A } from 'b';\n`,
      'b',
      `import type { A } from 'b';\nimport { B } from 'b';\n`,
    ],
    [
      'with double quotes and no semicolons',
      `import a from "a"\n`,
      './b',
      `import a from "a"\nimport { B } from "./b"\n`,
    ],
    ['that is there', `import { B } from './b.js';\n`, './b', `import { B } from './b.js';\n`],
    ['that is there by another name', `import { X as B } from 'b';\n`, 'b', `import { X as B } from 'b';\n`],
    [
      'after a comment at the top',
      `// licence\nimport a from 'a';\n`,
      './b',
      `// licence\nimport a from 'a';\nimport { B } from './b';\n`,
    ],
  ])('%s', (_, text, from, expected) => {
    expect(add(text, 'B', from)).toBe(expected);
  });

  test.each([
    `import { B } from 'elsewhere';\n`,
    `import B from 'elsewhere';\n`,
    `import * as B from 'elsewhere';\n`,
    'class B {}\n',
    'const B = 1;\n',
    'function B() {}\n',
  ])('is refused where the file means something else: %p', (text) => {
    expect(() => add(text, 'B', './b')).toThrow(expect.objectContaining({ code: 'ERR_SCHEMATICS_NAME_TAKEN' }));
  });
});
