import 'reflect-metadata';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { InjectServer, Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';

@Injectable()
class Prices {
  of(item: string): number {
    return item.length;
  }
}

@Supervised({ name: 'till' })
class Till extends GenServer<number> {
  constructor(@Inject(Prices) private readonly prices: Prices) {
    super();
  }

  override init(): number {
    return 0;
  }

  sell(item: string): number {
    if (item === '') throw new Error('no such item'); // ends this till; the supervisor starts a fresh one
    this.state += this.prices.of(item);
    return this.state;
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Till] })
class ShopSupervisor {}

@Injectable()
class Shop {
  constructor(@InjectServer(Till) private readonly till: ServerRef<Till>) {}

  async open(): Promise<void> {
    console.log('total', await this.till.call.sell('tea'));
    await this.till.call.sell('').catch((error: Error) => console.log(error.name));
    console.log('total', await this.till.call.sell('coffee')); // the same ref, a new instance, injected again
  }
}

@Module({
  imports: [SupervisionModule.forRoot({ root: ShopSupervisor })],
  providers: [Prices, Till, ShopSupervisor, Shop],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await app.get(Shop).open();
await app.close();
