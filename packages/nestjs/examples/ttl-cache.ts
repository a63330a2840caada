import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Param, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cached, InjectCache, TtlCacheInterceptor, TtlCacheModule } from '@rookery/nestjs/ttl-cache';
import type { Cache } from '@rookery/ttl-cache';

@Injectable()
class Profiles {
  constructor(@InjectCache('profiles') private readonly cache: Cache<string, string>) {}

  @Cached({ cache: 'profiles', key: (id: string) => `profile:${id}`, ttlMs: 60_000, staleForMs: 600_000 })
  async byId(id: string): Promise<string> {
    console.log('loading', id);
    return id.toUpperCase();
  }

  rename(id: string): void {
    this.cache.delete(`profile:${id}`);
  }
}

@Controller('profiles')
class ProfilesController {
  constructor(@InjectCache() readonly answers: Cache<string, unknown>) {}

  @Get(':id')
  @UseInterceptors(TtlCacheInterceptor({ ttlMs: 5_000, varyBy: (request) => request.headers['x-tenant']?.toString() }))
  show(@Param('id') id: string): { id: string } {
    console.log('answering', id);
    return { id };
  }
}

@Module({
  imports: [TtlCacheModule.forRoot({ maxEntries: 10_000, caches: [{ name: 'profiles', maxEntries: 1_000 }] })],
  controllers: [ProfilesController],
  providers: [Profiles],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
const profiles = app.get(Profiles);
await Promise.all([profiles.byId('ada'), profiles.byId('ada')]); // one load for both
profiles.rename('ada');
console.log(await profiles.byId('ada'));

await app.listen(0, '127.0.0.1');
const url = `${await app.getUrl()}/profiles/ada`;
for (const tenant of ['north', 'north', 'south']) {
  await fetch(url, { headers: { 'x-tenant': tenant } });
}
await app.close();
