import { EventEmitter, getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { RequestMethod, Res } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Subject } from 'rxjs';
import { Client } from '../../src/integrations/ttl-cache/client.js';
import { ClientLeftException } from '../../src/integrations/ttl-cache/index.js';
import { lastValue } from '../../src/integrations/ttl-cache/last-value.js';
import { returnsItsAnswer } from '../../src/integrations/ttl-cache/route.js';

function clientOf(state: object, wrap: (response: object) => object = (response) => response) {
  const response = Object.assign(new EventEmitter(), state);
  const client = new Client(new ExecutionContextHost([{}, wrap(response)]));
  return { client, response };
}

describe('a client', () => {
  test.each<[string, object, boolean]>([
    ['before its answer is complete has left', { writableFinished: false }, true],
    ['after its answer has not', { writableFinished: true }, false],
    ['of HTTP/2 before its answer has left', { writableEnded: false }, true],
    ['of HTTP/2 after its answer has not', { writableEnded: true }, false],
  ])('whose connection closes %s', (_, state, hasLeft) => {
    const { client, response } = clientOf(state);
    response.emit('close');
    expect(client.signal.aborted).toBe(hasLeft);
    expect(client.signal.reason instanceof ClientLeftException).toBe(hasLeft);
  });

  test('who left before anybody looked has left', () => {
    const { client, response } = clientOf({ destroyed: true, writableFinished: false }, (raw) => ({ raw }));
    expect(client.signal.aborted).toBe(true);
    expect(response.listenerCount('close')).toBe(0);
  });

  test('who is served is not watched, and does not leave', () => {
    const { client, response } = clientOf({});
    expect(response.listenerCount('close')).toBe(1);
    client.release();
    expect(response.listenerCount('close')).toBe(0);
    client.leave();
    expect(client.signal.aborted).toBe(false);
  });

  test('of a response that is no emitter never leaves by itself', () => {
    expect(new Client(new ExecutionContextHost([{}, {}])).signal.aborted).toBe(false);
  });
});

describe('the last value', () => {
  test.each<[string, (source: Subject<unknown>) => void]>([
    ['completes', (source) => source.complete()],
    ['fails', (source) => source.error(new Error('down'))],
  ])('leaves no listener when the source %s', async (_, end) => {
    const { signal } = new AbortController();
    const source = new Subject<unknown>();
    const value = lastValue(source, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    end(source);
    await Promise.allSettled([value]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('is undefined if there is none, and the last if there are many', async () => {
    const { signal } = new AbortController();
    const [none, many] = [new Subject<unknown>(), new Subject<unknown>()];
    const values = Promise.all([lastValue(none, signal), lastValue(many, signal)]);
    none.complete();
    for (const value of [1, 2]) many.next(value);
    many.complete();
    expect(await values).toEqual([undefined, 2]);
  });

  test.each(['before', 'after'])('rejects with the reason when the signal fires %s it is asked for', async (when) => {
    const controller = new AbortController();
    const source = new Subject<unknown>();
    const reason = new Error('left');
    if (when === 'before') controller.abort(reason);
    const value = lastValue(source, controller.signal);
    if (when === 'after') controller.abort(reason);
    await expect(value).rejects.toBe(reason);
    expect(source.observed).toBe(false);
  });
});

describe('a handler under a patched class', () => {
  class Api {
    plain(): RequestMethod {
      return RequestMethod.GET;
    }
    withResponse(@Res() _response: unknown): void {}
  }

  /** As what measures does: another function of the same name, or of none, that the class does not know. */
  const patched = (name: string) => Object.defineProperty(() => undefined, 'name', { value: name });
  const contextOf = (handler: () => unknown) => new ExecutionContextHost([], Api, handler);

  test('is known by its name', () => {
    expect(returnsItsAnswer(contextOf(patched('plain')))).toBe(true);
    expect(returnsItsAnswer(contextOf(patched('withResponse')))).toBe(false);
  });

  test('of which nobody knows what it takes is left alone', () => {
    expect(returnsItsAnswer(contextOf(patched('')))).toBe(false);
  });
});
