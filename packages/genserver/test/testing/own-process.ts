import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** How a program that was given signals ended: with a code, or by a signal. */
interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that is running. */
export interface Running {
  /** Resolves when it has written this to its output; rejects when it ends without. */
  readonly printed: (text: string) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<End>;
}

/** Like runProgram, for what happens while it runs. A program that hangs is killed after 20 s. */
export async function startProgram(folder: string, name: string, program: string): Promise<Running> {
  const file = join(folder, `${name}.js`);
  await writeFile(file, program);
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (written[stream] += text));
  }
  const ended = once(child, 'close').then((how): End => {
    const [code, signal] = how as [number | null, NodeJS.Signals | null];
    return { code, signal, ...written };
  });
  const printed = async (text: string): Promise<void> => {
    while (!written.stdout.includes(text)) {
      const end = await Promise.race([ended, once(child.stdout, 'data').then(() => undefined)]);
      if (end !== undefined && !written.stdout.includes(text)) throw new Error(`Never printed: ${text}\n${end.stderr}`);
    }
  };
  return { printed, kill: (signal) => void child.kill(signal), ended };
}
