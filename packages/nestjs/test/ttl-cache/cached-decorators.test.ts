import { describe, expect, test } from '@jest/globals';
import {
  Body,
  type CanActivate,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Injectable,
  Param,
  Query,
  Scope,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { GenServer, type ServerRef } from '@rookery/genserver';
import type { Cache } from '@rookery/ttl-cache';
import { getServerToken, Supervised, SupervisionModule, Supervisor } from '../../src/index.js';
import { Cached, getCacheToken, TtlCacheModule } from '../../src/integrations/ttl-cache/index.js';
import { useCacheApps } from './support/apps.js';

const boot = useCacheApps();

describe('other decorators', () => {
  const User = createParamDecorator((_data: unknown, context: ExecutionContext) =>
    String(context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>().headers['x-user']),
  );
  const Role = Reflector.createDecorator<string>();

  @Injectable()
  class Roles implements CanActivate {
    readonly seen: unknown[] = [];
    canActivate(context: ExecutionContext): boolean {
      const role = new Reflector().get(Role, context.getHandler());
      this.seen.push(role);
      return context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>().headers['x-role'] === role;
    }
  }

  let runs = 0;

  @Controller()
  class Api {
    @Get('above/:id')
    @UseGuards(Roles)
    @Role('admin')
    @Cached({ key: (id: string, user: string) => `above:${user}:${id}` })
    async above(@Param('id') id: string, @User() user: string): Promise<string> {
      return `${user} ${id} ${++runs}`;
    }

    @Cached({ key: (id: string, q: string) => `below:${q}:${id}` })
    @Role('admin')
    @UseGuards(Roles)
    @Get('below/:id')
    async below(@Param('id') id: string, @Query('q') q: string, @Body() _body: unknown): Promise<string> {
      return `${q} ${id} ${++runs}`;
    }
  }

  test.each(['above', 'below'])('work %s @Cached: guards at every call, parameters, metadata', async (path) => {
    runs = 0;
    const { get } = await boot({ imports: [TtlCacheModule.forRoot()], controllers: [Api], providers: [Roles] });
    const ask = (user: string, role: string) =>
      get(`/${path}/1?q=${user}`, { headers: { 'x-user': user, 'x-role': role } });
    const texts: string[] = [];
    for (const user of ['ada', 'ada', 'bob']) texts.push(await (await ask(user, 'admin')).text());
    expect(texts).toEqual(['ada 1 1', 'ada 1 1', 'bob 1 2']);
    expect((await ask('ada', 'guest')).status).toBe(403);
  });

  test('find the types of parameters and result', () => {
    expect(Reflect.getMetadata('design:paramtypes', Api.prototype, 'above')).toEqual([String, String]);
    expect(Reflect.getMetadata('design:returntype', Api.prototype, 'above')).toBe(Promise);
  });

  test('twice @Cached: each has its cache', async () => {
    class Twice {
      loads = 0;
      @Cached({ cache: 'near', key: () => 'near' })
      @SetMetadata('between', true)
      @Cached({ cache: 'far', key: () => 'far' })
      async load(): Promise<number> {
        return ++this.loads;
      }
    }
    const caches = [{ name: 'near' }, { name: 'far' }];
    const { app } = await boot({ imports: [TtlCacheModule.forRoot({ caches })], providers: [Twice] });
    await app.get(Twice).load();
    app.get<Cache<unknown, unknown>>(getCacheToken('near')).clear();
    expect(await app.get(Twice).load()).toBe(1);
    expect(Reflect.getMetadata('between', Twice.prototype.load)).toBe(true);
  });

  test('a class that ModuleRef.create makes has its cache', async () => {
    class Fresh {
      @Cached({ key: () => 'fresh' })
      async load(): Promise<number> {
        return ++runs;
      }
    }
    const { app } = await boot({ imports: [TtlCacheModule.forRoot()] });
    runs = 0;
    for (let i = 0; i < 2; i++) await (await app.get(ModuleRef).create(Fresh)).load();
    expect(runs).toBe(1);
  });
});

describe('a cached method of what Nest has not made', () => {
  class Shop {
    runs = 0;
    @Cached({ key: () => 'shop' })
    async load(): Promise<number> {
      return ++this.runs;
    }
  }

  test.each([
    ['useFactory', { provide: Shop, useFactory: () => new Shop() }],
    ['useValue', { provide: Shop, useValue: new Shop() }],
  ])('by %s is not cached, and a warning says so, once', async (_, provider) => {
    const imports = [TtlCacheModule.forRoot(), TtlCacheModule.forFeature([{ name: 'other' }])];
    const { app, logger } = await boot({ imports, providers: [provider] });
    await app.get(Shop).load();
    expect(await app.get(Shop).load()).toBe(2);
    const warnings = logger.lines.filter((line) => line.startsWith('warn'));
    expect(warnings).toEqual([
      expect.stringMatching(/Shop\.load of RootTestModule is @Cached, and is not cached.* Provide the class/),
    ]);
  });

  test.each([
    [[Shop]],
    [[Shop, { provide: 'alias', useExisting: Shop }]],
    [[{ provide: Shop, useClass: Shop, scope: Scope.REQUEST }]],
  ])('others are not warned of: %#', async (providers) => {
    const { logger } = await boot({ imports: [TtlCacheModule.forRoot()], providers });
    expect(logger.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });
});

test('a server has its cache, and its next instance the same', async () => {
  let runs = 0;
  @Supervised({ name: 'till' })
  class Till extends GenServer {
    @Cached({ key: () => 'till' })
    async load(): Promise<number> {
      return ++runs;
    }
    crash(): void {
      throw new Error('crash');
    }
  }
  @Supervisor({ strategy: 'one_for_one', children: [Till] })
  class Root {}
  const imports = [SupervisionModule.forRoot({ root: Root }), TtlCacheModule.forRoot()];
  const { app } = await boot({ imports, providers: [Root, Till] });
  const till = app.get<ServerRef<Till>>(getServerToken(Till));
  expect(await till.call.load()).toBe(1);
  await expect(till.call.crash()).rejects.toThrow('crash');
  expect(await till.call.load()).toBe(1);
});
