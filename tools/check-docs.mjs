// What the pages say holds together. Of every README (root, packages/*, apps/*), CONTRIBUTING.md, and every page in docs and
// packages/*/docs:
//
//   - a relative link leads to a file or folder that is there, and, with #, to a heading of that page;
//   - each name that @rookery/genserver and its entry ./testing export, each error code, event and drop of it is written
//     in its README or in one of its guides;
//   - its README links to each of its guides.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const core = 'packages/genserver';
const guides = pagesIn(`${core}/docs`);
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...pagesIn('docs'),
  ...pagesIn('docs/decisions'),
  ...['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((name) => [
      `${group}/${name}/README.md`,
      ...pagesIn(`${group}/${name}/docs`),
    ]),
  ),
].filter((page) => existsSync(join(root, page)));

const complaints = [...pages.flatMap(brokenLinks), ...missingNames(), ...guidesNotLinked()];
for (const complaint of complaints) console.error(complaint);
console.log(`Docs: ${pages.length} pages, ${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;

function pagesIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

function read(path) {
  return readFileSync(join(root, path), 'utf8');
}

/** Without code, in which brackets are no links. */
function prose(page) {
  return read(page)
    .replace(/^(`{3,})[^]*?^\1/gm, '')
    .replace(/`[^`\n]*`/g, '``');
}

function brokenLinks(page) {
  return Array.from(prose(page).matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .flatMap((target) => {
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : relative(root, join(root, dirname(page), path));
      if (!existsSync(join(root, file))) return [`${page}: ${target} leads nowhere`];
      if (anchor === undefined || anchorsOf(file).includes(anchor)) return [];
      return [`${page}: ${file} has no heading #${anchor}`];
    });
}

/** As GitHub makes them of headings. */
function anchorsOf(page) {
  const text = read(page).replace(/^(`{3,})[^]*?^\1/gm, '');
  return Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function missingNames() {
  const text = [`${core}/README.md`, ...guides].map(read).join('\n');
  return [...exportsOf('index.ts'), ...exportsOf('testing.ts'), ...codes(), ...eventsAndDrops()]
    .filter((name) => !new RegExp(`(?<![\\w$])${name}(?![\\w$])`).test(text))
    .map((name) => `${core}: ${name} is in neither its README nor a guide`);
}

function exportsOf(file) {
  const lists = read(`${core}/src/${file}`).matchAll(/^export (?:type )?\{([^}]*)\}/gm);
  return Array.from(lists, ([, list]) => list.split(','))
    .flat()
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '');
}

/** Error codes, wherever they are written. */
function codes() {
  const sources = readdirSync(join(root, core, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return sources.flatMap((name) =>
    Array.from(read(`${core}/src/${name}`).matchAll(/'(ERR_GENSERVER_\w+)'/g), ([, code]) => code),
  );
}

function eventsAndDrops() {
  const events = read(`${core}/src/runtime/events.ts`).matchAll(/readonly kind: '(\w+)'/g);
  const drops = /DropKind =\s*([^;]+);/.exec(read(`${core}/src/process/host.ts`))?.[1] ?? '';
  return [...Array.from(events, ([, kind]) => kind), ...Array.from(drops.matchAll(/'(\w+)'/g), ([, drop]) => drop)];
}

function guidesNotLinked() {
  const readme = read(`${core}/README.md`);
  return guides
    .filter((guide) => !readme.includes(`](${relative(core, guide)})`))
    .map((guide) => `${core}/README.md has no link to ${guide}`);
}
