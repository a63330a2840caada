import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, ParentBasedSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { child, exit, ExitReason, GenServer, refuse, type ServerRef, Task } from '@rookery/genserver';
import { getServerToken, InjectServer, Supervised } from '../../src/index.js';
import { treeOf } from '../support/trees.js';
import { useTraced } from './support/traced.js';

class SeatTakenError extends Error {
  readonly code = 'ERR_SEAT_TAKEN';
}

const inner = (name: string): void => trace.getTracer('inner').startSpan(name).end();

@Supervised({ name: 'ledger' })
class Ledger extends GenServer<number> {
  override init(): number {
    return 0;
  }
  book(amount: number): number {
    inner('insert');
    return (this.state += amount);
  }
}

@Supervised({ name: 'till' })
class Till extends GenServer {
  constructor(@InjectServer(Ledger) private readonly ledger: ServerRef<Ledger>) {
    super();
  }
  async sell(amount: number): Promise<number> {
    await setImmediate();
    inner('price');
    this.ledger.cast.book(1);
    return this.ledger.call.book(amount);
  }
  deny(): void {
    return refuse(new SeatTakenError('seat 12 of Ada'));
  }
  crash(secret: string): void {
    throw new RangeError(`no such card: ${secret}`);
  }
  async crashLater(secret: string): Promise<void> {
    await setImmediate();
    throw new RangeError(`no such card: ${secret}`);
  }
  leave(): void {
    exit(ExitReason.normal);
  }
  async hang(until: Promise<void>): Promise<void> {
    await until;
  }
  baggage(): string | undefined {
    return propagation.getActiveBaggage()?.getEntry('user')?.value;
  }
  tickLater(): void {
    this.self.sendAfter(1000, 'tick');
  }
  more(): void {
    this.self.continue();
  }
  async task(): Promise<void> {
    await Task.async(this.self, function count() {
      inner('counted');
    }).await();
  }
  override handleContinue(): void {
    inner('continued');
  }
  override handleInfo(): void {
    inner('told');
  }
}

const boot = useTraced();
const start = async (...[options, supervision, sampler]: [options?: object, supervision?: object, sampler?: never]) => {
  const made = await boot(treeOf(Ledger, Till), [Ledger, Till], options, supervision, sampler);
  trace.setGlobalTracerProvider(made.provider);
  await made.clock.advance(0);
  const booted = made.tree();
  return { ...made, booted, till: made.app.get<ServerRef<Till>>(getServerToken(Till)) };
};
const named = (spans: readonly ReadableSpan[], kind: SpanKind, name: string): ReadableSpan => {
  const found = spans.find((span) => span.kind === kind && span.name === name);
  if (found === undefined) throw new Error(`no span ${name} among ${spans.map((span) => span.name).join(', ')}`);
  return found;
};
const { SERVER, CLIENT, PRODUCER, CONSUMER } = SpanKind;

describe.each([true, false])('with asyncContext: %s', (asyncContext) => {
  test('spans of a handler, and of what it calls and casts, hang below the right parent', async () => {
    const { till, tree, tracer } = await start({}, { asyncContext });
    await tracer.startActiveSpan('GET /sell', async (span) => {
      await till.call.sell(5);
      span.end();
    });
    await setImmediate();
    expect(tree()).toBe(
      [
        'INTERNAL GET /sell',
        '  CLIENT Till/sell',
        '    SERVER Till/sell',
        '      INTERNAL price',
        '      PRODUCER cast Ledger/book',
        '        CONSUMER process Ledger/book',
        '          INTERNAL insert',
        '      CLIENT Ledger/book',
        '        SERVER Ledger/book',
        '          INTERNAL insert',
      ].join('\n'),
    );
  });

  test('two requests at once do not meet', async () => {
    const { till, spans, tracer } = await start({}, { asyncContext });
    const request = async (name: string) =>
      tracer.startActiveSpan(name, async (span) => {
        await till.call.sell(1);
        span.end();
        return span.spanContext().traceId;
      });
    const traces = await Promise.all([request('a'), request('b')]);
    await setImmediate();
    const sizes = traces.map((id) => spans().filter((span) => span.spanContext().traceId === id).length);
    expect(sizes).toEqual([10, 10]);
  });

  test('a call from outside any span begins a trace, a message of each kind has spans', async () => {
    const { till, tree, clock } = await start({}, { asyncContext });
    till.send('news');
    await clock.advance(0);
    expect(tree()).toBe('PRODUCER send Till\n  CONSUMER process Till\n    INTERNAL told');
  });

  test('baggage goes through the mailbox', async () => {
    const { till } = await start({}, { asyncContext });
    const baggage = propagation.createBaggage({ user: { value: 'ada' } });
    const seen = await context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => till.call.baggage());
    expect(seen).toBe('ada');
  });

  test('the consumer of a cast links to its producer, and is its child', async () => {
    const { till, spans, clock } = await start({}, { asyncContext });
    till.cast.deny();
    await clock.advance(0);
    const producer = named(spans(), PRODUCER, 'cast Till/deny');
    const consumer = named(spans(), CONSUMER, 'process Till/deny');
    expect(consumer.links.map((link) => link.context)).toEqual([producer.spanContext()]);
    expect(consumer.parentSpanContext?.spanId).toBe(producer.spanContext().spanId);
  });

  test('what comes by a clock begins a trace of its own', async () => {
    const { till, tree, spans, clock } = await start({}, { asyncContext });
    await till.call.tickLater();
    const server = named(spans(), SERVER, 'Till/tickLater');
    tree();
    await clock.advance(1000);
    const [told, timer] = spans();
    expect(tree()).toBe('INTERNAL Till timer\n  INTERNAL told');
    expect(timer?.links.map((link) => link.context)).toEqual(asyncContext ? [server.spanContext()] : []);
    expect(told?.spanContext().traceId).not.toBe(server.spanContext().traceId);
  });

  test('a restart is no part of the trace that made it necessary, nor of that in which the application was made', async () => {
    const made = await context.with(trace.setSpan(ROOT_CONTEXT, boot0()), () => start({}, { asyncContext }));
    await made.till.call.crash('1').catch(() => undefined);
    await made.till.call.baggage();
    const lines = made.tree().split('\n');
    expect(lines).toContain('INTERNAL Till init');
  });

  test('not sampled: nothing is recorded, and nothing below it', async () => {
    const { till, spans, tracer } = await start({}, { asyncContext }, new AlwaysOffSampler() as never);
    await till.call.sell(1);
    await tracer.startActiveSpan('GET', () => till.call.sell(1));
    expect(spans()).toEqual([]);
  });

  test('below a span of this process that was not sampled the sampler is not asked again', async () => {
    let asked = 0;
    const sampler = { shouldSample: () => ({ decision: (asked++, 0) }), toString: () => 'counting' };
    const { till } = await start({}, { asyncContext }, sampler as never);
    asked = 0;
    await till.call.sell(1); // once for the call; its cast and its call are not asked for, three spans of handlers are
    await setImmediate();
    expect(asked).toBe(4);
  });

  test('a parent that was not sampled decides for all below it', async () => {
    const sampler = new ParentBasedSampler({ root: new AlwaysOffSampler() });
    const { till, spans } = await start({}, { asyncContext }, sampler as never);
    await till.call.sell(1);
    const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
    await context.with(trace.setSpanContext(ROOT_CONTEXT, remote), () => till.call.sell(1));
    await setImmediate();
    expect(new Set(spans().map((span) => span.spanContext().traceId))).toEqual(new Set([remote.traceId]));
    expect(spans()).toHaveLength(9);
  });

  test('requireParentSpan: what comes from outside any span has none', async () => {
    const { till, booted, tree, tracer, clock } = await start({ requireParentSpan: true }, { asyncContext });
    expect(booted).toBe('');
    await till.call.tickLater();
    await clock.advance(1000);
    expect(tree()).toBe('INTERNAL told'); // its own
    await tracer.startActiveSpan('GET', async (span) => {
      await till.call.baggage();
      span.end();
    });
    expect(tree()).toBe('INTERNAL GET\n  CLIENT Till/baggage\n    SERVER Till/baggage');
  });

  test('ignored messages have no spans, and what they do belongs to the span around them', async () => {
    const ignore = ({ name }: { name: string }) => name === 'sell';
    const { till, tree, tracer } = await start({ ignore }, { asyncContext });
    await tracer.startActiveSpan('GET', async (span) => {
      await till.call.sell(1);
      span.end();
    });
    await setImmediate();
    expect(tree().split('\n').slice(0, 3)).toEqual(['INTERNAL GET', '  INTERNAL price', '  PRODUCER cast Ledger/book']);
  });
});

const boot0 = () => trace.wrapSpanContext({ traceId: '3'.repeat(32), spanId: '4'.repeat(16), traceFlags: 1 });

describe('spans', () => {
  test('the start of the tree is a trace: who starts whom', async () => {
    const { booted } = await start();
    expect(booted).toMatch(/^INTERNAL \w+ init\n {2}INTERNAL Ledger init\n {2}INTERNAL Till init$/);
  });

  test('continuations and tasks are part of the trace', async () => {
    const { till, tree, clock } = await start();
    await till.call.more();
    await clock.advance(0);
    expect(tree()).toBe('CLIENT Till/more\n  SERVER Till/more\n    INTERNAL Till continue\n      INTERNAL continued');
    await till.call.task();
    await clock.advance(0);
    expect(tree()).toContain('    INTERNAL Task(count) count\n      INTERNAL counted');
  });

  test('names and attributes are those of the conventions, and carry nothing of the message', async () => {
    const { till, spans, clock } = await start();
    await till.call.sell(4711);
    await clock.advance(0);
    const rpc = {
      'rpc.system.name': 'rookery',
      'rpc.method': 'Till/sell',
      'rookery.process.name': 'till',
      'rookery.process.pid': till.pid,
    };
    expect(named(spans(), CLIENT, 'Till/sell').attributes).toEqual({ ...rpc, 'rpc.response.status_code': 'OK' });
    expect(named(spans(), SERVER, 'Till/sell').attributes).toEqual(rpc);
    const common = {
      'messaging.system': 'rookery',
      'messaging.destination.template': 'Ledger',
      'messaging.destination.name': 'ledger',
      'rookery.message.name': 'book',
      'rookery.process.name': 'ledger',
      'rookery.process.pid': expect.any(Number),
    };
    expect(named(spans(), PRODUCER, 'cast Ledger/book').attributes).toEqual({
      ...common,
      'messaging.operation.name': 'cast',
      'messaging.operation.type': 'send',
    });
    expect(named(spans(), CONSUMER, 'process Ledger/book').attributes).toEqual({
      ...common,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
    });
    expect(JSON.stringify(spans().map(({ attributes, events }) => [attributes, events]))).not.toContain('4711');
  });

  test('more attributes where they are asked for', async () => {
    const attributes = ({ name, args }: { name: string; args: readonly unknown[] }) =>
      name === 'sell' ? { 'shop.amount': Number(args[0]) } : {};
    const { till, spans } = await start({ attributes });
    await till.call.sell(4711);
    expect(named(spans(), CLIENT, 'Till/sell').attributes).toMatchObject({ 'shop.amount': 4711 });
    expect(named(spans(), SERVER, 'Till/sell').attributes).toMatchObject({ 'shop.amount': 4711 });
    expect(named(spans(), CLIENT, 'Ledger/book').attributes).not.toHaveProperty('shop.amount');
  });

  test('a refusal is an error for its caller, by its code, and none of the server', async () => {
    const { till, spans } = await start();
    await till.call.deny().catch(() => undefined);
    const client = named(spans(), CLIENT, 'Till/deny');
    expect(client.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(client.attributes).toMatchObject({
      'error.type': 'ERR_SEAT_TAKEN',
      'rpc.response.status_code': 'ERR_SEAT_TAKEN',
    });
    const server = named(spans(), SERVER, 'Till/deny');
    expect(server.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(server.attributes).toMatchObject({ 'rookery.outcome': 'refused' });
    expect(JSON.stringify(spans().map(({ attributes, status, events }) => [attributes, status, events]))).not.toContain(
      'Ada',
    );
  });

  test.each(['crash', 'crashLater'] as const)('a crash is told as the report of it: %s', async (name) => {
    const { till, spans, clock } = await start();
    await till.call[name]('4711').catch(() => undefined);
    await clock.advance(0);
    const server = named(spans(), SERVER, `Till/${name}`);
    expect(server.status).toEqual({ code: SpanStatusCode.ERROR, message: 'RangeError: no such card: 4711' });
    expect(server.attributes).toMatchObject({ 'error.type': 'RangeError', 'rookery.exit.reason': 'error' });
    expect(server.events).toEqual([
      expect.objectContaining({
        name: 'exception',
        attributes: {
          'exception.type': 'RangeError',
          'exception.message': 'RangeError: no such card: 4711',
          'exception.stacktrace': expect.stringContaining('RangeError'),
        },
      }),
    ]);
    const client = named(spans(), CLIENT, `Till/${name}`);
    expect(client.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(client.attributes).toMatchObject({ 'error.type': 'ERR_GENSERVER_PROCESS_EXITED' });
  });

  test('what redact takes out of the report is in no span', async () => {
    const redact = (report: object) => ({ ...report, reason: ExitReason.error(new Error('hidden')), stack: undefined });
    const { till, spans, clock } = await start({}, { redact });
    await till.call.crash('4711').catch(() => undefined);
    await clock.advance(0);
    expect(named(spans(), SERVER, 'Till/crash').status.message).toBe('Error: hidden');
    const all = spans().map(({ attributes, status, events }) => [attributes, status, events]);
    expect(JSON.stringify(all)).not.toMatch(/4711|RangeError/);
  });

  test('an init that fails is a failed span', async () => {
    const { runtime, spans, clock } = await start();
    class Odd extends GenServer {
      override init(): void {
        throw new Error('no disk');
      }
    }
    await runtime.start(Odd).catch(() => undefined);
    await clock.advance(0);
    expect(spans().find(({ name }) => name === 'Odd init')?.status.message).toBe('Error: no disk');
  });

  test('a clean exit is no error of the server', async () => {
    const { till, spans, clock } = await start();
    till.cast.leave();
    await clock.advance(0);
    const consumer = named(spans(), CONSUMER, 'process Till/leave');
    expect(consumer.status.code).toBe(SpanStatusCode.UNSET);
    expect(consumer.attributes).toMatchObject({ 'rookery.exit.reason': 'normal' });
  });

  test('a call that takes too long fails for its caller with what the library says; its handler goes on', async () => {
    const { till, spans, clock } = await start();
    const late = till.with({ timeoutMs: 100 }).call.hang(clock.advance(1000));
    await late.catch(() => undefined);
    const client = named(spans(), CLIENT, 'Till/hang');
    expect(client.attributes).toMatchObject({ 'error.type': 'ERR_GENSERVER_CALL_TIMEOUT' });
    expect(client.status.message).toContain('within 100 ms');
    expect(spans().some(({ kind }) => kind === SERVER)).toBe(false);
    await clock.advance(1000);
    expect(named(spans(), SERVER, 'Till/hang').status.code).toBe(SpanStatusCode.UNSET);
  });

  test('a handler whose process is killed meanwhile has a failed span', async () => {
    const { runtime, till, spans, clock } = await start();
    till.cast.hang(new Promise(() => undefined));
    await clock.advance(0);
    runtime.kill(till);
    const consumer = named(spans(), CONSUMER, 'process Till/hang');
    expect(consumer.status.code).toBe(SpanStatusCode.ERROR);
    expect(consumer.attributes).toMatchObject({ 'error.type': 'killed', 'rookery.outcome': 'abandoned' });
  });

  test('what reaches nobody has a span of its sender', async () => {
    const { runtime, spans } = await start();
    const nobody = runtime.ref(Till, 'nobody');
    await nobody.call.deny().catch(() => undefined);
    nobody.cast.deny();
    const [call, cast] = spans();
    expect(call?.attributes).toMatchObject({
      'error.type': 'ERR_GENSERVER_NO_PROCESS',
      'rookery.process.name': 'nobody',
    });
    expect(cast?.attributes).toMatchObject({ 'error.type': 'dead_letter' });
    expect(cast?.status.code).toBe(SpanStatusCode.ERROR);
  });

  test('requests of runtime.sys have no spans', async () => {
    const { runtime, till, tree } = await start();
    await runtime.sys.getState(till);
    expect(tree()).toBe('');
  });

  test('the span of a crash whose process is killed while it says its last words ends with it', async () => {
    class Stubborn extends GenServer {
      override init(): void {
        this.self.trapExit(true);
      }
      crash(): void {
        throw new Error('no');
      }
      override terminate(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const made = await boot(treeOf(child(Stubborn, { name: 'stubborn', restart: 'temporary' })), []);
    made.runtime.ref(Stubborn, 'stubborn').cast.crash();
    await made.clock.advance(0);
    made.runtime.kill('stubborn');
    const consumer = named(made.spans(), CONSUMER, 'process Stubborn/crash');
    expect(consumer.attributes).toMatchObject({ 'error.type': 'killed' });
  });
});
