import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Injectable, UseInterceptors } from '@nestjs/common';
import { ExitReason, Runtime } from '@rookery/genserver';
import { ManualClock } from '@rookery/genserver/testing';
import { type Cache, CacheClosedError, TtlCache } from '@rookery/ttl-cache';
import { SupervisionModule, Supervisor } from '../../src/index.js';
import { Cached, InjectCache, TtlCacheInterceptor, TtlCacheModule } from '../../src/integrations/ttl-cache/index.js';
import { gate, useCacheApps } from './support/apps.js';

const boot = useCacheApps();

@Supervisor({ strategy: 'one_for_one', maxRestarts: 10, children: [TtlCache.childSpec({ name: 'profiles' })] })
class Root {}

@Injectable()
class Profiles {
  loads = 0;
  answer: () => Promise<string> = async () => 'ada';

  constructor(@InjectCache('profiles') readonly cache: Cache<string, unknown>) {}

  @Cached({ cache: 'profiles', key: (id: string) => `profile:${id}` })
  async byId(_id: string): Promise<string> {
    this.loads++;
    return this.answer();
  }
}

@Controller()
@UseInterceptors(TtlCacheInterceptor({ cache: 'profiles' }))
class Api {
  runs = 0;
  answer: () => Promise<string> = async () => 'answer';

  @Get()
  get(): Promise<string> {
    this.runs++;
    return this.answer();
  }
}

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

async function start() {
  process.on('unhandledRejection', note);
  const clock = new ManualClock();
  const caches = [{ name: 'profiles', supervised: true as const }];
  const imports = [SupervisionModule.forRoot({ root: Root, clock }), TtlCacheModule.forRoot({ clock, caches })];
  const { app, get } = await boot({ imports, providers: [Root, Profiles], controllers: [Api] });
  const runtime = app.get(Runtime);
  /** Ends the cache, and waits for the next one. */
  const crash = async (how: 'exit' | 'kill' = 'exit') => {
    const restarted = new Promise<void>((resolve) => {
      const stop = runtime.subscribe((event) => {
        if (event.kind !== 'child_restarted') return;
        stop();
        resolve();
      });
    });
    if (how === 'kill') runtime.kill('profiles');
    else runtime.exit('profiles', ExitReason.error(new Error('crash')));
    await restarted;
  };
  return { clock, crash, get, profiles: app.get(Profiles), api: app.get(Api) };
}

afterEach(async () => {
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  const [rejection] = unhandled.splice(0);
  if (rejection !== undefined) throw rejection as Error;
});

describe('a supervised cache that is restarted', () => {
  test.each(['exit', 'kill'] as const)('by %s starts empty, and what was injected goes on working', async (how) => {
    const { crash, profiles } = await start();
    profiles.cache.put('key', 1);
    await crash(how);
    expect(profiles.cache.get('key')).toEqual({ kind: 'not_found' });
    expect(profiles.cache.put('key', 2)).toBe(true);
    expect(profiles.cache.get('key')).toEqual({ kind: 'found', value: 2 });
  });

  test('has cached methods run once more for each key', async () => {
    const { crash, profiles } = await start();
    for (let round = 1; round <= 3; round++) {
      await profiles.byId('1');
      await profiles.byId('1');
      expect(profiles.loads).toBe(round);
      await crash();
    }
  });

  test('has answers made once more', async () => {
    const { crash, get, api } = await start();
    for (let round = 1; round <= 2; round++) {
      for (let i = 0; i < 2; i++) expect(await (await get('/')).text()).toBe('answer');
      expect(api.runs).toBe(round);
      await crash();
    }
  });

  test('ends all who wait for a cached method in a typed error, and keeps nothing of what comes late', async () => {
    const { crash, profiles } = await start();
    const { opened, open } = gate();
    profiles.answer = () => opened.then(() => 'late');
    const waiting = Promise.allSettled([profiles.byId('1'), profiles.byId('1')]);
    await crash();
    for (const { status, reason } of (await waiting) as PromiseRejectedResult[]) {
      expect([status, reason]).toEqual(['rejected', expect.any(CacheClosedError)]);
    }
    open();
    profiles.answer = async () => 'new';
    expect(await profiles.byId('1')).toBe('new');
    expect(profiles.loads).toBe(2);
  });

  test('answers those who wait with 500, and the next with a value', async () => {
    const { crash, get, api } = await start();
    const [asked, { opened, open }] = [gate(), gate()];
    api.answer = () => {
      asked.open();
      return opened.then(() => 'late');
    };
    const waiting = get('/');
    await asked.opened;
    await crash();
    expect((await waiting).status).toBe(500);
    open();
    api.answer = async () => 'new';
    expect(await (await get('/')).text()).toBe('new');
  });
});
