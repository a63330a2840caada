import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inPackage } from '../places.js';
import type { AnyScenario } from '../scenario/parse.js';

/** Erlang or Elixir is missing, or the recording failed. */
export class OracleError extends Error {
  override readonly name = 'OracleError';
}

const INSTALL = 'Install it, on Debian and Ubuntu with `apt-get install erlang-base elixir`, and try again.';

/**
 * Runs scenarios on the real OTP; gives one line of JSON for each: the scenario and its trace. The oracle is
 * compiled in a temporary folder. Throws an OracleError.
 */
export function record(scenarios: readonly AnyScenario[], schedulers = 1): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  try {
    const sources = inPackage('oracle/erlang');
    const files = readdirSync(sources).filter((name) => name.endsWith('.erl'));
    run('erlc', ['-o', folder, ...files.map((name) => join(sources, name))]);
    const [input, output] = [join(folder, 'in.jsonl'), join(folder, 'out.jsonl')];
    writeFileSync(input, scenarios.map((scenario) => `${JSON.stringify(scenario)}\n`).join(''));
    const paths = ['-pa', folder, ...elixirPath(scenarios)];
    const virtualMachine = ['+S', `${schedulers}:${schedulers}`, '-noshell', ...paths, '-s', 'oracle', 'main'];
    run('erl', [...virtualMachine, '-extra', input, output]);
    return readFileSync(output, 'utf8').trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where Elixir keeps its compiled modules: only asked when they are needed. */
function elixirPath(scenarios: readonly AnyScenario[]): readonly string[] {
  if (!JSON.stringify(scenarios).includes('"kind":"dynamic"')) return [];
  const folder = run('elixir', ['-e', 'IO.write(:code.lib_dir(:elixir))'], 'pipe').trim();
  return ['-pa', join(folder, 'ebin')];
}

function run(command: string, argv: readonly string[], stdout: 'inherit' | 'pipe' = 'inherit'): string {
  const done = spawnSync(command, argv, { stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' });
  if (done.error !== undefined) {
    throw new OracleError(`"${command}" is needed, and could not be run: ${done.error.message}. ${INSTALL}`);
  }
  if (done.status !== 0) throw new OracleError(`"${command}" ended with status ${done.status ?? done.signal}.`);
  return done.stdout ?? '';
}
