import 'reflect-metadata';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { child, GenServer } from '@rookery/genserver';
import { SupervisionModule, Supervisor } from '@rookery/nestjs';
import { HealthIndicator, HealthModule, HealthService } from '@rookery/nestjs/health';

@Injectable()
class Database {
  isUp = true;

  @HealthIndicator({ name: 'database', intervalMs: 10_000 }) // untagged: readiness, never liveness
  ping(): void {
    if (!this.isUp) throw new Error('connection refused');
  }
}

@Injectable()
class Watcher {
  constructor(@Inject(HealthService) readonly health: HealthService) {}
}

class Lobby extends GenServer {}

@Supervisor({ strategy: 'one_for_one', children: [child(Lobby, { name: 'lobby' })] })
class AppSupervisor {}

@Module({
  imports: [
    SupervisionModule.forRoot({ root: AppSupervisor }),
    HealthModule.forRoot({ minGapMs: 0 }), // so that checkNow() runs every time; default 1 000
  ],
  providers: [AppSupervisor, Database, Watcher],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
const { health } = app.get(Watcher);
await health.checkNow();
console.log(Object.keys(health.getHealth().checks).join(' '));

const url = await app.getUrl();
async function probe(): Promise<void> {
  for (const path of ['/livez', '/readyz']) console.log(path, (await fetch(`${url}${path}`)).status);
}
await probe();
app.get(Database).isUp = false;
await health.checkNow('database');
await probe();

await app.close();
