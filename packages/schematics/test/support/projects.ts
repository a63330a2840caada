import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { type JsonObject, logging, schema } from '@angular-devkit/core';
import { formats, HostTree, type Rule, type SchematicContext } from '@angular-devkit/schematics';
import { SchematicTestRunner, UnitTestTree } from '@angular-devkit/schematics/testing';
import {
  breaker,
  cache,
  health,
  nestAdd,
  pool,
  server,
  supervisor,
  tree as rootTree,
  type GenerateOptions,
} from '../../src/index.js';

type Files = Readonly<Record<string, string>>;
type Options = Readonly<Record<string, unknown>>;

const root = process.cwd();
const factories = new Map<string, (options: GenerateOptions) => Rule>([
  ['server', server],
  ['supervisor', supervisor],
  ['tree', rootTree],
  ['cache', cache],
  ['breaker', breaker],
  ['pool', pool],
  ['health', health],
  ['nestAdd', nestAdd],
]);
const collectionFile = join(root, 'collection.json');
const collection = jsonIn(collectionFile) as {
  readonly schematics: Readonly<Record<string, { readonly factory: string; readonly schema: string }>>;
};

/** A project as `nest new` makes it. */
export function nestProject(kind: 'esm' | 'cjs', more: Files = {}): UnitTestTree {
  const end = kind === 'esm' ? '.js' : '';
  const isEsm = kind === 'esm';
  return treeOf({
    '/package.json': json({
      name: 'demo',
      ...(isEsm && { type: 'module' }),
      dependencies: {
        '@nestjs/common': isEsm ? '^12.0.1' : '^11.0.1',
        '@nestjs/core': isEsm ? '^12.0.1' : '^11.0.1',
        'reflect-metadata': '^0.2.2',
        rxjs: '^7.8.1',
      },
      devDependencies: isEsm ? { vitest: '^4.1.2' } : { jest: '^30.0.0', 'ts-jest': '^29.2.5' },
      ...(!isEsm && { jest: { rootDir: 'src', transform: { '^.+\\.(t|j)s$': 'ts-jest' } } }),
    }),
    '/nest-cli.json': json({ collection: '@nestjs/schematics', sourceRoot: 'src' }),
    '/src/main.ts': `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module${end}';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
await bootstrap();
`,
    '/src/app.module.ts': `import { Module } from '@nestjs/common';
import { AppController } from './app.controller${end}';
import { AppService } from './app.service${end}';

@Module({
  imports: [],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`,
    ...more,
  });
}

/** The same with a tree: what `tree` makes of it. */
export async function withTree(kind: 'esm' | 'cjs', more: Files = {}): Promise<UnitTestTree> {
  const tree = await run('tree', { spec: false }, nestProject(kind));
  for (const [path, text] of Object.entries(more)) put(tree, path, text);
  return tree;
}

export function treeOf(files: Files): UnitTestTree {
  const tree = new UnitTestTree(new HostTree());
  for (const [path, text] of Object.entries(files)) tree.create(path, text);
  return tree;
}

export function put(tree: UnitTestTree, path: string, text: string): void {
  if (tree.exists(path)) tree.overwrite(path, text);
  else tree.create(path, text);
}

/** What one run said, and the tasks it left. */
export interface Told {
  readonly notes: string[];
  readonly tasks: string[];
}

/** Runs a schematic as the CLI does: its options are checked by its schema, which fills in defaults. */
export async function run(
  name: string,
  options: Options,
  tree: UnitTestTree,
  told: Told = { notes: [], tasks: [] },
): Promise<UnitTestTree> {
  const entry = collection.schematics[name];
  if (entry === undefined) throw new Error(`collection.json has no schematic "${name}".`);
  const checked = await validated(join(root, entry.schema), options);
  const factory = factories.get(entry.factory.split('#')[1] ?? '');
  if (factory === undefined) throw new Error(`Nothing is exported as ${entry.factory}.`);
  const runner = new SchematicTestRunner('@rookery/schematics', collectionFile);
  const logger = new logging.Logger('test');
  logger.subscribe(({ message }) => told.notes.push(message));
  const result = await new Promise<unknown>((resolve, reject) => {
    runner
      .callRule((host, context) => factory(checked)(host, withLogger(context, logger)), tree)
      .subscribe({ next: resolve, error: reject });
  });
  told.tasks.push(...runner.tasks.map((task) => task.name));
  return new UnitTestTree(result as HostTree);
}

/** devkit gives a rule that is called alone a logger that nobody hears. */
function withLogger(context: SchematicContext, logger: logging.Logger): SchematicContext {
  return Object.create(context, { logger: { value: logger } }) as SchematicContext;
}

const registry = new schema.CoreSchemaRegistry(formats.standardFormats);
registry.addPostTransform(schema.transforms.addUndefinedDefaults);
const validators = new Map<string, Promise<schema.SchemaValidator>>();

async function validated(schemaFile: string, options: Options): Promise<object> {
  const validator = validators.get(schemaFile) ?? registry.compile(jsonIn(schemaFile) as schema.JsonSchema);
  validators.set(schemaFile, validator);
  const { data, success, errors } = await (await validator)({ ...options } as JsonObject);
  if (!success) throw new schema.SchemaValidationException(errors);
  return data as object;
}

function jsonIn(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function json(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** All files, but for what a fresh project has. */
export function newFiles(tree: UnitTestTree): string[] {
  const fresh = new Set(['/package.json', '/nest-cli.json', '/src/main.ts', '/src/app.module.ts']);
  return tree.files.filter((file) => !fresh.has(file)).toSorted();
}
