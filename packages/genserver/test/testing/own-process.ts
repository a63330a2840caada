import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** The sources as JavaScript in a folder of their own, for tests of what Jest keeps to itself: uncaught exceptions and rejections. */
export async function transpile(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-'));
  const files = await readdir(SRC, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await Promise.all(files.filter((file) => file.endsWith('.ts')).map((file) => transpileFile(file, folder)));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

async function transpileFile(file: string, folder: string): Promise<void> {
  const { code } = await transform(await readFile(join(SRC, file), 'utf8'), {
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript' },
      transform: { useDefineForClassFields: true, verbatimModuleSyntax: true },
    },
  });
  const target = join(folder, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}

/** What a program wrote and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that imports the transpiled sources as './index.js' and './testing.js'. */
export async function runProgram(folder: string, program: string): Promise<Outcome> {
  const file = join(folder, `program-${program.length}.js`);
  await writeFile(file, program);
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}
