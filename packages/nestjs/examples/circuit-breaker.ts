import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { CircuitBreakerRegistry } from '@rookery/circuit-breaker';
import {
  CircuitBreaker,
  CircuitBreakerFilter,
  CircuitBreakerHealthIndicator,
  CircuitBreakerModule,
  InjectCircuitBreakerRegistry,
} from '@rookery/nestjs/circuit-breaker';

@Injectable()
class Prices {
  constructor(@InjectCircuitBreakerRegistry() readonly shops: CircuitBreakerRegistry) {}

  @CircuitBreaker('prices')
  async of(item: string): Promise<number> {
    return this.ask(item);
  }

  @CircuitBreaker('prices', { fallback: 'lastKnown' })
  async estimate(item: string): Promise<number> {
    return this.ask(item);
  }

  protected lastKnown(error: Error, item: string): number {
    console.log(error.name, 'so the last known price of', item);
    return 3;
  }

  /** A breaker for each shop. */
  async atShop(shop: string): Promise<string> {
    return this.shops.get(shop).execute(async () => `${shop} is open`);
  }

  private async ask(item: string): Promise<number> {
    throw new Error(`no answer for ${item}`); // the service behind it is down
  }
}

@Controller('prices')
class PricesController {
  constructor(private readonly prices: Prices) {}

  @Get(':item')
  show(@Param('item') item: string): Promise<number> {
    return this.prices.of(item);
  }
}

@Module({
  imports: [
    CircuitBreakerModule.forRoot({ callTimeoutMs: 2_000, breakers: [{ name: 'prices', failureThreshold: 2 }] }),
  ],
  controllers: [PricesController],
  providers: [Prices, { provide: APP_FILTER, useClass: CircuitBreakerFilter }],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
const url = `${await app.getUrl()}/prices/tea`;
for (let i = 0; i < 3; i++) {
  const { status, headers } = await fetch(url);
  console.log(status, headers.has('retry-after') ? 'try again later' : 'failed');
}
console.log(await app.get(Prices).estimate('tea'));
console.log(await app.get(Prices).atShop('north'));
console.log(app.get(CircuitBreakerHealthIndicator).check().kind);
await app.close();
