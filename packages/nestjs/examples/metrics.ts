import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { getServerToken, Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';
import { MetricsModule } from '@rookery/nestjs/metrics';

@Supervised({ name: 'till' })
class Till extends GenServer {
  sell(item: string): void {
    if (item === '') throw new Error('no such item');
  }
}

@Supervisor({ name: 'shop', strategy: 'one_for_one', children: [Till] })
class ShopSupervisor {}

@Module({
  imports: [SupervisionModule.forRoot({ root: ShopSupervisor }), MetricsModule.forRoot()],
  providers: [Till, ShopSupervisor],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
const till = app.get<ServerRef<Till>>(getServerToken(Till), { strict: false });
await till.call.sell('').catch(() => {});
await till.call.sell('tea'); // the fresh one

const response = await fetch(`${await app.getUrl()}/metrics`);
const lines = (await response.text()).split('\n');
console.log(lines.filter((line) => /^rookery_(process|child_restarts|supervisor_recent)/.test(line)).join('\n'));
await app.close();
