// What a page prints is what runs. In every README (root, packages/*, apps/*) and every packages/*/docs/*.md a code block
// that follows
//
//   <!-- example: packages/genserver/examples/first.ts -->   must equal that file,
//   <!-- output: packages/genserver/examples/first.ts -->    must equal what the program prints.
//
// Without arguments the code is compared. With `--run DIR`, DIR being a project in which our packages are installed (see
// pack-test.mjs), every example named is also run there, as an ES module and as CommonJS: it must end with status 0, and its
// output is compared. Spec files (`examples/*.spec.ts`) run with the tests of their package instead.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { transform } from '@swc/core';
import jestConfig from '../jest.config.mjs';

const RUN_MS = 60_000;
const root = fileURLToPath(new URL('../', import.meta.url));
const { values: options } = parseArgs({ options: { run: { type: 'string' } } });

const readmes = ['README.md', ...['packages', 'apps'].flatMap(readmesIn)].filter((path) =>
  existsSync(join(root, path)),
);
const blocks = readmes.flatMap(blocksOf);
const paths = [...new Set(blocks.map(({ path }) => path))].filter(isExample);
const programs = paths.filter((path) => !path.endsWith('.spec.ts')); // those run with the tests of their package
const complaints = blocks.map((block) => complaintAbout(block)).filter((complaint) => complaint !== undefined);

if (options.run !== undefined && complaints.length === 0) {
  for (const path of programs) {
    for (const format of ['mjs', 'cjs']) complaints.push(...(await runExample(path, format, resolve(options.run))));
  }
}
for (const complaint of complaints) console.error(`${complaint}\n`);
const done = options.run === undefined ? 'compared' : 'compared and run';
console.log(`README examples: ${paths.length} ${done} in ${readmes.length} pages, ${complaints.length} failed`);
process.exitCode = complaints.length === 0 ? 0 : 1;

function readmesIn(group) {
  return readdirSync(join(root, group)).flatMap((name) => [
    `${group}/${name}/README.md`,
    ...guidesIn(`${group}/${name}/docs`),
  ]);
}

function guidesIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

/** The blocks of one README: `{ readme, line, kind: 'example' | 'output', path, content }`, content undefined if missing. */
function blocksOf(readme) {
  const text = readFileSync(join(root, readme), 'utf8');
  return [...text.matchAll(/^<!-- (example|output): *(\S+) *-->$/gm)].map((comment) => {
    const code = /^\s*?\n+(`{3,})[^\n]*\n(.*?\n)??\1\n/s.exec(`${text.slice(comment.index + comment[0].length)}\n`);
    const line = text.slice(0, comment.index).split('\n').length;
    return { readme, line, kind: comment[1], path: comment[2], content: code ? (code[2] ?? '') : undefined };
  });
}

function isExample(path) {
  return /^packages\/[^/]+\/examples\/[^/]+\.(ts|mjs)$/.test(path) && existsSync(join(root, path));
}

/** What is wrong with a block, as far as it can be said without running anything. */
function complaintAbout({ readme, line, kind, path, content }) {
  const where = `${readme}:${line}`;
  if (!isExample(path))
    return `${where} names ${path}, expected an existing file packages/NAME/examples/FILE.ts (or .mjs)`;
  if (content === undefined) return `${where} is a comment without a code block right after it`;
  if (kind === 'output') return undefined;
  const file = readFileSync(join(root, path), 'utf8');
  return content === file
    ? undefined
    : `${where} differs from ${path}; paste the file again\n${difference(file, content)}`;
}

async function runExample(path, format, project) {
  const folder = join(project, path.split('/')[1]);
  const program = join(folder, path.replace(/^.*\//, '').replace(/\.(ts|mjs)$/, `.${format}`));
  mkdirSync(folder, { recursive: true });
  writeFileSync(program, await compiled(path, format));
  // Silent on newer Nodes; Node 20 says that require() of a module is experimental.
  const run = promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    cwd: project,
    timeout: RUN_MS,
    killSignal: 'SIGKILL',
  });
  const result = await run.catch((error) => error);
  if (result instanceof Error) {
    const reason = result.killed ? `did not end within ${RUN_MS} ms` : `ended with ${result.code ?? result.signal}`;
    return [`${path} (as .${format}) ${reason}; it printed\n${result.stdout}${result.stderr}`];
  }
  return blocks
    .filter(
      (block) => block.kind === 'output' && block.path === path && block.content.trimEnd() !== result.stdout.trimEnd(),
    )
    .map(
      ({ readme, line, content }) =>
        `${readme}:${line} is not what ${path} (as .${format}) prints\n${difference(result.stdout, content)}`,
    );
}

/** The example as JavaScript, compiled as the tests are. CommonJS has no top-level await, so there a function is put around it. */
async function compiled(path, format) {
  const source = readFileSync(join(root, path), 'utf8');
  const [, swcOptions] = jestConfig.transform['\\.ts$'];
  const module = { type: format === 'cjs' ? 'commonjs' : 'es6' };
  const { code } = await transform(source, { ...swcOptions, module, filename: path });
  return format === 'cjs' ? `(async () => {\n${code}\n})();\n` : code;
}

/** The first line where the README differs. */
function difference(expected, printed) {
  const [want, have] = [expected, printed].map((text) => text.trimEnd().split('\n'));
  const at = want.findIndex((line, index) => line !== have[index]);
  const index = at === -1 ? want.length : at;
  const show = (line) => (line === undefined ? '(nothing)' : JSON.stringify(line));
  return `  line ${index + 1} expected: ${show(want[index])}\n  line ${index + 1} README:   ${show(have[index])}`;
}
