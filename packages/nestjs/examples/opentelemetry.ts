import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { getServerToken, InjectServer, Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';
import { OpenTelemetryModule } from '@rookery/nestjs/opentelemetry';

// What an SDK does, before Nest starts.
const exporter = new InMemorySpanExporter();
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));

@Supervised({ name: 'ledger' })
class Ledger extends GenServer {
  book(amount: number): void {
    trace.getTracer('shop').startSpan('insert').end(); // as the driver of a database does
    if (amount < 0) throw new RangeError('less than nothing');
  }
}

@Supervised({ name: 'till' })
class Till extends GenServer {
  constructor(@InjectServer(Ledger) private readonly ledger: ServerRef<Ledger>) {
    super();
  }

  async sell(amount: number): Promise<void> {
    await this.ledger.call.book(amount);
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Ledger, Till] })
class ShopSupervisor {}

@Module({
  imports: [SupervisionModule.forRoot({ root: ShopSupervisor }), OpenTelemetryModule.forRoot()],
  providers: [Ledger, Till, ShopSupervisor],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const till = app.get<ServerRef<Till>>(getServerToken(Till), { strict: false });
exporter.reset(); // the start of the tree is a trace, too

await trace.getTracer('shop').startActiveSpan('GET /sell', async (span) => {
  await till.call.sell(5);
  await till.call.sell(-1).catch(() => {});
  span.end();
});
print(undefined, '');
await app.close();

function print(parent: string | undefined, indent: string): void {
  const below = exporter.getFinishedSpans().filter((span) => span.parentSpanContext?.spanId === parent);
  below.sort(({ startTime: [a, nanosOfA] }, { startTime: [b, nanosOfB] }) => a - b || nanosOfA - nanosOfB);
  for (const span of below) {
    const error = span.attributes['error.type'];
    console.log(`${indent}${SpanKind[span.kind]} ${span.name}${error === undefined ? '' : ` (${String(error)})`}`);
    print(span.spanContext().spanId, `${indent}  `);
  }
}
