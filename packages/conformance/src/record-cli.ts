// `npm run conformance:record -- --seeds A-B --out FILE`: records what the real OTP does. See README.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { dynamicScenario } from './generate/dynamic.js';
import { processScenario } from './generate/processes.js';
import { supervisionScenario } from './generate/supervision.js';
import { asGiven } from './places.js';
import { OracleError, record } from './record/oracle.js';
import { parseSeeds } from './record/seeds.js';
import { type AnyScenario, parseScenario } from './scenario/parse.js';

const USAGE = `npm run conformance:record -- --out FILE (--seeds A-B [--kind supervision|dynamic|processes] | --scenarios FILE)
  --out         where to write; one {"scenario":…,"trace":…} a line
  --seeds       seeds to make scenarios from: 1-300, 7, or 1-3,9
  --kind        what they are about (default supervision); dynamic needs Elixir, too
  --scenarios   run the scenarios of this file instead, one a line
  --schedulers  of the virtual machine (default 1)
  --check       write nothing: record, and compare with what --out holds`;

class UsageError extends Error {}

const MAKERS = { supervision: supervisionScenario, dynamic: dynamicScenario, processes: processScenario };

try {
  recordAsAsked();
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof RangeError || error instanceof TypeError;
  if (!isUsage && !(error instanceof OracleError)) throw error;
  process.stderr.write(isUsage ? `${error.message}\n\n${USAGE}\n` : `${error.message}\n`);
  process.exitCode = isUsage ? 2 : 1;
}

function recordAsAsked(): void {
  const { out, check, schedulers, ...which } = readOptions();
  const scenarios = scenariosOf(which);
  const lines = record(scenarios, schedulers);
  if (check) compareWith(out, lines);
  else {
    writeFileSync(out, lines.map((line) => `${line}\n`).join(''));
    process.stdout.write(`${lines.length} scenarios recorded\n`);
  }
}

interface Which {
  readonly seeds: string | undefined;
  readonly kind: keyof typeof MAKERS;
  readonly scenarios: string | undefined;
}

function readOptions(): Which & { readonly out: string; readonly check: boolean; readonly schedulers: number } {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      seeds: { type: 'string' },
      kind: { type: 'string', default: 'supervision' },
      scenarios: { type: 'string' },
      schedulers: { type: 'string', default: '1' },
      check: { type: 'boolean', default: false },
    },
  });
  const { seeds, kind, scenarios, check } = values;
  const schedulers = Number(values.schedulers);
  if (values.out === undefined) throw new UsageError('Expected --out to name a file.');
  if ((seeds === undefined) === (scenarios === undefined)) throw new UsageError('Expected --seeds or --scenarios.');
  if (!isKind(kind)) throw new UsageError(`Expected --kind to be supervision, dynamic or processes, got "${kind}".`);
  if (!Number.isInteger(schedulers) || schedulers < 1) {
    throw new UsageError(`Expected --schedulers to be an integer >= 1, got "${values.schedulers}".`);
  }
  const out = asGiven(values.out);
  if (!existsSync(dirname(out))) throw new UsageError(`Expected --out to be in a folder that exists, got "${out}".`);
  return { out, check, schedulers, seeds, kind, scenarios };
}

function isKind(kind: string): kind is keyof typeof MAKERS {
  return Object.hasOwn(MAKERS, kind);
}

function scenariosOf({ seeds, kind, scenarios }: Which): readonly AnyScenario[] {
  if (seeds !== undefined) return parseSeeds(seeds).map((seed) => MAKERS[kind](seed));
  const path = asGiven(scenarios ?? '');
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [scenarioAt(line, `${path}:${index + 1}`)]));
}

function scenarioAt(line: string, at: string): AnyScenario {
  try {
    return parseScenario(line);
  } catch (error) {
    throw new UsageError(`${at} is malformed. ${(error as Error).message}`, { cause: error });
  }
}

/** Byte by byte: the oracle writes what it reads, in one form. */
function compareWith(path: string, recorded: readonly string[]): void {
  const kept = readFileSync(path, 'utf8').trimEnd().split('\n');
  const differ = recorded.flatMap((line, index) => (line === kept[index] ? [] : [index + 1]));
  for (const line of differ) process.stdout.write(`${path}:${line} differs\n`);
  process.stdout.write(`${recorded.length} scenarios, ${differ.length} differences\n`);
  process.exitCode = differ.length === 0 && kept.length === recorded.length ? 0 : 1;
}
