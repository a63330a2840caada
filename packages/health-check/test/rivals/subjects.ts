import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { HttpException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  HealthCheckService,
  type HealthIndicatorFunction,
  type HealthIndicatorResult,
  HealthIndicatorService,
  TerminusModule,
} from '@nestjs/terminus';
import { type Check, type CheckReturn, HealthCheck, PROBE_DAMPING } from '../../src/index.js';

/** What an indicator says, as terminus writes it; nothing for up. */
type Told = Readonly<Record<string, { readonly status: string }>> | void;

/** A check, as either takes it. */
export interface Question {
  readonly name: string;
  readonly check: (signal: AbortSignal) => Told | Promise<Told>;
  /** How long a result is kept, where that is an option. */
  readonly keepMs?: number;
  readonly timeoutMs?: number;
  readonly isLiveness?: boolean;
}

interface Answer {
  readonly statusCode: number;
  /** As written to the client. */
  readonly text: string;
}

/** One way to tell health, under one face. What it cannot be asked is left out. */
export interface Subject {
  /** What a probe of readiness or of liveness is answered. */
  probe(kind?: 'readiness' | 'liveness'): Promise<Answer>;
  /** Brings it about that every check has run once more, if it runs them by itself. */
  sample(): Promise<void>;
  beginShutdown(): Promise<void> | void;
  close(): Promise<void> | void;
  /** The checks that kept the thread, if it can tell. */
  culprits?(): readonly string[];
  /** When the state of a check last changed, if it can tell. */
  lastChange?(name: string): string | undefined;
}

export interface Rival {
  readonly name: string;
  readonly version: string;
  /** For each question the option that `isTuned` stands for. */
  readonly tunedBy: Partial<Record<string, string>>;
  readonly make: (questions: readonly Question[], isTuned: boolean) => Promise<Subject>;
}

const require = createRequire(import.meta.url);

function versionOf(name: string): string {
  const manifests = (require.resolve.paths(name) ?? []).map((path) => `${path}/${name}/package.json`);
  const manifest = manifests.find((path) => existsSync(path)) ?? '';
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}

/** So long a check may take, where it is limited at all: no slow machine takes longer for nothing. */
const TIMEOUT_MS = 10_000;

async function ours(questions: readonly Question[], isTuned: boolean): Promise<Subject> {
  const held: string[] = [];
  const health = new HealthCheck({
    minGapMs: 0,
    details: 'always',
    ...(isTuned && PROBE_DAMPING),
    onEvent: (event) => (event.kind === 'thread_held' ? held.push(event.check) : 0),
    checks: questions.map(({ name, check, timeoutMs = TIMEOUT_MS, isLiveness = false }): Check => ({
      name,
      timeoutMs,
      intervalMs: Math.max(30_000, timeoutMs),
      check: ({ signal }) => check(signal) as CheckReturn,
      tags: [isLiveness ? 'liveness' : 'readiness'],
    })),
  });
  return {
    probe: async (kind = 'readiness') => {
      const { statusCode, body } = health.probe(kind);
      return { statusCode, text: body };
    },
    sample: async () => void (await health.checkNow()),
    beginShutdown: () => health.beginShutdown(),
    close: () => health.close(),
    culprits: () => held,
    lastChange: (name) => health.check(name)?.since,
  };
}

async function terminus(questions: readonly Question[], isTuned: boolean): Promise<Subject> {
  const app = await NestFactory.createApplicationContext(TerminusModule.forRoot({ logger: false }), { logger: false });
  const [service, indicators] = [app.get(HealthCheckService), app.get(HealthIndicatorService)];
  const indicatorOf = ({ name, check, keepMs, timeoutMs = TIMEOUT_MS }: Question): HealthIndicatorFunction => {
    const { signal } = new AbortController();
    if (!isTuned) return async () => ((await check(signal)) ?? { [name]: { status: 'up' } }) as HealthIndicatorResult;
    return () => {
      const attempt = indicators.check(name).attempt(async (context) => void (await check(context.signal)));
      const limited = attempt.withTimeout(timeoutMs);
      return keepMs === undefined ? limited : limited.cacheFor(keepMs);
    };
  };
  return {
    // As Nest answers: an HttpException with its own status and body, anything else with 500 and nothing of it.
    probe: async (kind = 'readiness') => {
      const asked = questions.filter(({ isLiveness = false }) => isLiveness === (kind === 'liveness'));
      try {
        return { statusCode: 200, text: JSON.stringify(await service.check(asked.map(indicatorOf))) };
      } catch (error) {
        if (!(error instanceof HttpException)) return { statusCode: 500, text: 'Internal server error' };
        return { statusCode: error.getStatus(), text: JSON.stringify(error.getResponse()) };
      }
    },
    sample: async () => {},
    beginShutdown: () => app.close(),
    close: () => app.close(),
  };
}

/** Ours first. */
export const RIVALS: readonly Rival[] = [
  {
    name: '@rookery/health-check',
    version: versionOf('@rookery/health-check'),
    tunedBy: { damped: 'rise`, `fall' },
    make: ours,
  },
  {
    name: '@nestjs/terminus',
    version: versionOf('@nestjs/terminus'),
    tunedBy: {
      hangs: 'withTimeout',
      throws: 'attempt',
      flood: 'cacheFor',
      leftovers: 'cacheFor',
    },
    make: terminus,
  },
];
