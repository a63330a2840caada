import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import ts from 'typescript';
import { relativeSpecifiers } from '../edit/imports.js';
import { SchematicError } from '../errors.js';
import type { GenerateOptions } from '../options.js';

/** The parts of `package.json` that matter here. */
export interface PackageJson {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly jest?: object;
}

interface NestCliProject {
  readonly sourceRoot?: string;
  readonly entryFile?: string;
}

interface NestCliJson extends NestCliProject {
  readonly projects?: Readonly<Record<string, NestCliProject>>;
}

const NEST_CLI_FILES = ['nest-cli.json', 'nest.json', '.nestcli.json', '.nest-cli.json'];

/** The project that a schematic works on. Paths begin at its root: `/src/app.module.ts`. */
export class Project {
  readonly packageJson: PackageJson;
  /** `src`, or that of a project in a monorepo. */
  readonly sourceRoot: string;
  /** The file that starts it: `/src/main.ts`. */
  readonly entryFile: string;
  readonly notes: string[] = [];
  readonly #tree: Tree;
  readonly #originals = new Map<string, string | undefined>();
  #installs = false;

  /** Throws a SchematicError where there is no project in TypeScript, or not the one that was asked for. */
  constructor(tree: Tree, options: Pick<GenerateOptions, 'sourceRoot' | 'project' | 'language'>) {
    this.#tree = tree;
    if (options.language !== undefined && !['', 'ts', 'typescript'].includes(options.language)) {
      throw new SchematicError('not_supported', `Only TypeScript is made, got the language "${options.language}".`);
    }
    this.packageJson = this.json(
      '/package.json',
      'no package.json here: run this in the root of a Nest project',
    ) as PackageJson;
    const config = this.nestCli();
    const own = options.sourceRoot === undefined ? projectOf(config, options.project) : {};
    this.sourceRoot = options.sourceRoot ?? own.sourceRoot ?? config.sourceRoot ?? 'src';
    const [, owner] =
      Object.entries(config.projects ?? {}).find(([, each]) => each.sourceRoot === this.sourceRoot) ?? [];
    this.entryFile = posix.join(
      '/',
      this.sourceRoot,
      `${owner?.entryFile ?? own.entryFile ?? config.entryFile ?? 'main'}.ts`,
    );
  }

  /** What has been written, with what was there before. */
  get written(): ReadonlyMap<string, string | undefined> {
    return this.#originals;
  }

  /** Whether packages must be installed in the end. */
  get mustInstall(): boolean {
    return this.#installs;
  }

  read(path: string): string | undefined {
    return this.#tree.read(path)?.toString('utf8');
  }

  write(path: string, text: string): void {
    const before = this.read(path);
    if (before === text) return;
    if (!this.#originals.has(path)) this.#originals.set(path, before);
    if (before === undefined) this.#tree.create(path, text);
    else this.#tree.overwrite(path, text);
  }

  /** Writes a file that is not there yet; one that is stays as it is, which is said. */
  create(path: string, text: string): void {
    if (this.read(path) === undefined) this.write(path, text);
    else this.note(`${path.slice(1)} is there already, and stays as it is.`);
  }

  /** Told when all is done. */
  note(text: string): void {
    this.notes.push(text);
  }

  installLater(): void {
    this.#installs = true;
  }

  /** The sources of a folder: TypeScript, without tests and declarations. */
  sourcesIn(folder: string): string[] {
    const names = this.#tree
      .getDir(folder)
      .subfiles.filter((name) => name.endsWith('.ts') && !/([.-](spec|test)|\.d)\.ts$/.test(name));
    return names.toSorted().map((name) => posix.join(folder, name));
  }

  /** The sources of a folder and those below it. */
  sourcesBelow(folder: string): string[] {
    const { subdirs } = this.#tree.getDir(folder);
    const folders = subdirs
      .filter((name) => name !== 'node_modules' && name !== 'dist' && !name.startsWith('.'))
      .toSorted();
    return [...this.sourcesIn(folder), ...folders.flatMap((name) => this.sourcesBelow(posix.join(folder, name)))];
  }

  /** All sources of this project. */
  sources(): string[] {
    return this.sourcesBelow(posix.join('/', this.sourceRoot));
  }

  /** A folder and those around it, up to the root of the project. */
  foldersFrom(folder: string): string[] {
    return folder === '/' ? ['/'] : [folder, ...this.foldersFrom(posix.dirname(folder))];
  }

  /** How one file imports another: as its other imports do, or by the kind of the project. */
  specifier(from: string, to: string): string {
    const path = posix.relative(posix.dirname(from), to).replace(/\.ts$/, '');
    return `${path.startsWith('.') ? path : `./${path}`}${this.#extensionIn(from)}`;
  }

  /** The source behind an import of a file of the project, or undefined. */
  resolve(from: string, specifier: string): string | undefined {
    if (!specifier.startsWith('.')) return undefined;
    const path = posix.join(posix.dirname(from), specifier).replace(/\.[jt]s$/, '');
    return [`${path}.ts`, `${path}/index.ts`].find((file) => this.#tree.exists(file));
  }

  private json(path: string, missing: string): unknown {
    const text = this.read(path);
    if (text === undefined) throw new SchematicError('no_project', `There is ${missing}.`);
    const parsed: { readonly config?: unknown; readonly error?: ts.Diagnostic } = ts.parseConfigFileTextToJson(
      path,
      text,
    ); // which lets comments pass, as Nest does
    if (parsed.error === undefined) return parsed.config;
    const why = ts.flattenDiagnosticMessageText(parsed.error.messageText, ' ');
    throw new SchematicError('no_project', `${path.slice(1)} is no JSON: ${why} Correct it, then run this again.`);
  }

  private nestCli(): NestCliJson {
    const file = NEST_CLI_FILES.find((name) => this.#tree.exists(name));
    return file === undefined ? {} : (this.json(`/${file}`, `no ${file}`) as NestCliJson);
  }

  #extensionIn(file: string): string {
    for (const path of [file, this.entryFile]) {
      const [first] = relativeSpecifiers(this.read(path) ?? '');
      if (first !== undefined) return /\.[jt]s$/.exec(first)?.[0] ?? '';
    }
    return this.packageJson.type === 'module' ? '.js' : '';
  }
}

function projectOf({ projects = {} }: NestCliJson, name: string | undefined): NestCliProject {
  if (name === undefined || name === '') return {};
  const found = projects[name];
  if (found !== undefined) return found;
  const known = Object.keys(projects).join(', ') || 'none';
  throw new SchematicError('no_project', `nest-cli.json has no project "${name}": it has ${known}.`);
}
