import { readFile } from 'node:fs/promises';
import { compare, compareProcesses, type Difference } from './replay/compare.js';
import { replayProcesses } from './replay/processes.js';
import { replay } from './replay/replay.js';
import { sideBySide } from './replay/side-by-side.js';
import { type AnyRecording, isOfProcesses, parseRecording } from './scenario/parse.js';

/** One line of a recording, replayed; or a file that could not be read, as a failure. */
export interface Verdict {
  /** `golden/dynamic.jsonl:17`. */
  readonly at: string;
  /** `seed-17 (seed 17, auto-all)`; undefined when the line could not be read. */
  readonly scenario: string | undefined;
  /** Undefined when the trace is the recorded one. */
  readonly failure: string | undefined;
}

/** A replay that is not over by then, in real time, will never be. */
const REPLAY_LIMIT_MS = 30_000;

/** Replays every line of a file. A file that cannot be read, and one without a line, is one failure. */
export async function* checkFile(path: string): AsyncGenerator<Verdict> {
  let lines: readonly string[];
  try {
    lines = (await readFile(path, 'utf8')).split('\n');
  } catch (error) {
    yield { at: path, scenario: undefined, failure: `cannot be read: ${(error as Error).message}` };
    return;
  }
  if (lines.every((line) => line.trim() === '')) {
    yield { at: path, scenario: undefined, failure: 'holds no recording' };
  }
  for (const [index, line] of lines.entries()) {
    if (line.trim() !== '') yield await checkLine(`${path}:${index + 1}`, line);
  }
}

async function checkLine(at: string, line: string): Promise<Verdict> {
  let recording: AnyRecording;
  try {
    recording = parseRecording(line);
  } catch (error) {
    return { at, scenario: undefined, failure: `is malformed. ${(error as Error).message}` };
  }
  const { id, seed, theme } = recording.scenario;
  const facts = [seed === undefined ? [] : [`seed ${seed}`], theme ?? []].flat().join(', ');
  return { at, scenario: facts === '' ? id : `${id} (${facts})`, failure: await failureOf(recording) };
}

/** Undefined when the scenario gives the recorded trace here, too. */
async function failureOf(recording: AnyRecording): Promise<string | undefined> {
  try {
    const difference = await withinLimit(differenceOf(recording));
    return difference && sideBySide(difference);
  } catch (error) {
    return `could not be replayed: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

async function differenceOf(recording: AnyRecording): Promise<Difference | undefined> {
  if (isOfProcesses(recording)) return compareProcesses(recording, await replayProcesses(recording.scenario));
  return compare(recording, await replay(recording.scenario));
}

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not over after ${REPLAY_LIMIT_MS} ms.`)), REPLAY_LIMIT_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
