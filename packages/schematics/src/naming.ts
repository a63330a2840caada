import { posix } from 'node:path';
import ts from 'typescript';
import { SchematicError } from './errors.js';

/** What stands in a file's name before `.ts`, and, but for a server, at the end of its class's. */
export type Kind = 'server' | 'supervisor' | 'cache' | 'breaker' | 'pool' | 'health';

/** Where something goes, and what it is called. */
export interface Names {
  /** `game-room`: in names of files, and of caches, breakers, pools and checks. */
  readonly base: string;
  /** `GameRoom`, or with its kind: `GameRoomCache`. */
  readonly className: string;
  /** `gameRoom`: of a variable; `newServer` where the code would not take `new`. */
  readonly variable: string;
  /** The folder, from the root of the project: `/src/games/game-room`. */
  readonly folder: string;
  /** Its file, and that of its test. */
  readonly file: string;
  readonly specFile: string;
}

export interface Naming {
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly flat?: boolean | undefined;
  readonly specFileSuffix?: string | undefined;
}

const SEGMENT = /^[\w@.-]+$/;
const BASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

// What generated code uses itself; a class of that name would hide it.
const BUILT_IN = 'Array Boolean Date Error Function Map Number Object Promise RangeError Set String';
const IMPORTED = 'GenServer ServerRef Supervised Supervisor SupervisionModule Test TestingModule TestSupervisor';
const MORE = 'SupervisionTestingModule CircuitBreaker InjectCache InPool';
const TAKEN = new Set(`${BUILT_IN} ${IMPORTED} ${MORE}`.split(' '));
// What a test uses itself, and words that look like names but are none.
const OTHER_WORDS = new Set('app describe it expect beforeEach afterEach await undefined arguments eval'.split(' '));

/** The names of what `nest g KIND games/room` makes. Throws a SchematicError for a name that makes no class or leaves the project. */
export function namesOf(kind: Kind, sourceRoot: string, naming: Naming): Names {
  const { flat = false, path = '' } = naming;
  const segments = segmentsOf(naming.name);
  const base = baseOf(kind, segments.pop() ?? '');
  const folder = posix.join('/', sourceRoot, ...pathSegments(path), ...segments.map(kebab), flat ? '' : base);
  const word = pascal(base);
  const className = kind === 'server' ? word : `${word}${pascal(kind)}`;
  if (TAKEN.has(className)) {
    throw new SchematicError(
      'name',
      `A class ${className} would hide the one that its code uses: take another name than "${base}".`,
    );
  }
  const suffix = kebab(naming.specFileSuffix ?? '') || 'spec';
  return {
    base,
    className,
    variable: variableOf(word),
    folder: folder.replace(/(.)\/$/, '$1'),
    file: posix.join(folder, `${base}.${kind}.ts`),
    specFile: posix.join(folder, `${base}.${kind}.${suffix}.ts`),
  };
}

function variableOf(word: string): string {
  const variable = word.charAt(0).toLowerCase() + word.slice(1);
  return OTHER_WORDS.has(variable) || isReserved(variable) ? `${variable}Server` : variable;
}

function isReserved(word: string): boolean {
  const kind = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, word).scan();
  return kind >= ts.SyntaxKind.FirstReservedWord && kind <= ts.SyntaxKind.LastFutureReservedWord;
}

function segmentsOf(name: unknown): string[] {
  if (typeof name !== 'string' || name.trim() === '')
    throw new SchematicError('name', `Expected a name, such as "lobby" or "games/room".`);
  return checked(name.trim().replace(/^\.?\//, ''), 'the name');
}

function pathSegments(path: string): string[] {
  const plain = path.trim().replace(/^\.?\/+|\/+$/g, '');
  return plain === '' || plain === '.' ? [] : checked(plain, 'the path');
}

function checked(text: string, what: string): string[] {
  const segments = text.split('/').map((segment) => segment.trim().replace(/\s+/g, '-'));
  if (segments.every((segment) => SEGMENT.test(segment) && !/^\.+$/.test(segment))) return segments;
  throw new SchematicError(
    'name',
    `Expected ${what} to be words with slashes between them, such as "games/room", got "${text}".`,
  );
}

/** Without the kind at its end, which its file and its class get anyway: `lobby-server` is `lobby`. */
function baseOf(kind: Kind, segment: string): string {
  const base = kebab(segment)
    .replace(/[._]+/g, '-')
    .replace(new RegExp(`-${kind}$`), '');
  if (BASE.test(base)) return base;
  throw new SchematicError(
    'name',
    `Expected a name that begins with a letter, of letters, digits and dashes, got "${segment}".`,
  );
}

function kebab(text: string): string {
  return text
    .trim()
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/\s+/g, '-')
    .toLowerCase();
}

function pascal(text: string): string {
  return text.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
