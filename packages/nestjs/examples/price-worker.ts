import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ThreadContext } from '@rookery/worker-pool';

export interface Order {
  readonly item: string;
  readonly count: number;
}

@Injectable()
class Taxes {
  of(net: number): number {
    return net * 0.19;
  }
}

@Injectable()
class Prices {
  constructor(@Inject(Taxes) private readonly taxes: Taxes) {}

  quote({ item, count }: Order): number {
    const net = item.length * count;
    return Math.round(net + this.taxes.of(net));
  }
}

/** Only what the work needs: no controllers, no tree, no HTTP server. */
@Module({ providers: [Taxes, Prices] })
class PriceModule {}

/** Once in each thread. */
export function setup(): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(PriceModule, { logger: ['error', 'warn'] });
}

/** For each task: data in, data out. */
export function quote(order: Order, { state: app }: ThreadContext<INestApplicationContext>): number {
  return app.get(Prices).quote(order);
}

/** Before a thread ends: closes connections, runs the hooks of Nest. */
export async function teardown(app: INestApplicationContext): Promise<void> {
  await app.close();
}
