import { describe, expect, test } from '@jest/globals';
import { CallTimeoutError, type Deferred, GenServer, type ServerRef } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

class Silent extends GenServer {
  never(): Promise<void> {
    return new Promise((_, reject) => this.self.signal.addEventListener('abort', reject, { once: true }));
  }
}

type Nested = { readonly timeoutMs: number } | 'replied';

/** Calls a server that never answers, at the moment that the test chooses, and keeps how long it was willing to wait. */
class Middle extends GenServer {
  #inner: ServerRef<Silent> | undefined;
  #go: Promise<void> = Promise.resolve();
  nested: Nested | undefined;

  override init(inner: ServerRef<Silent>, go: Promise<void>): void {
    this.#inner = inner;
    this.#go = go;
  }

  async wait(): Promise<void> {
    await this.#go;
    await this.#callInner();
  }

  async replyAndWait(): Promise<Deferred<string>> {
    const answer = this.self.defer<string>();
    answer.reply('early');
    await this.#go;
    await this.#callInner();
    return answer;
  }

  /** Answers later: the call is open still when its handler has ended. */
  goOnAlone(): Deferred<void> {
    void this.#go.then(() => this.#callInner());
    return this.self.defer();
  }

  async #callInner(): Promise<void> {
    const failed = this.#inner?.with({ timeoutMs: 10_000 }).call.never();
    await failed?.catch((error: unknown) => {
      this.nested = error instanceof CallTimeoutError ? error : undefined;
    });
  }

  waited(): Nested | undefined {
    return this.nested;
  }
}

async function start(): Promise<{
  readonly middle: ServerRef<Middle>;
  readonly clock: ReturnType<typeof newRuntime>['clock'];
  readonly go: () => void;
  readonly end: () => void;
}> {
  const { runtime, clock } = newRuntime();
  let go = (): void => {};
  const going = new Promise<void>((resolve) => (go = resolve));
  const inner = await runtime.start(Silent, { name: 'inner' });
  const middle = await runtime.start(Middle, { name: 'middle', args: [inner, going] });
  return { middle, clock, go, end: () => runtime.kill('inner') };
}

describe('a call made by a handler', () => {
  test('waits no longer than what is left of the call that is being handled', async () => {
    const { middle, clock, go, end } = await start();
    const outer = middle.with({ timeoutMs: 1000 }).call.wait();
    outer.catch(() => {}); // looked at below
    await clock.advance(400);
    go();
    await clock.advance(600);
    await expect(outer).rejects.toThrow(CallTimeoutError);
    const waited = middle.call.waited();
    await clock.advance(0);
    expect(await waited).toMatchObject({ timeoutMs: 600 });
    end();
  });

  test('gives up at once when the call that is being handled has run out of time', async () => {
    const { middle, clock, go, end } = await start();
    const outer = middle.with({ timeoutMs: 1000 }).call.wait();
    outer.catch(() => {}); // looked at below
    await clock.advance(1000);
    await expect(outer).rejects.toThrow(CallTimeoutError);
    go();
    await clock.advance(0);
    expect(await middle.call.waited()).toMatchObject({ timeoutMs: 0 });
    end();
  });

  test('has all its own time when the call that is being handled was answered', async () => {
    const { middle, clock, go, end } = await start();
    const outer = middle.with({ timeoutMs: 1000 }).call.replyAndWait();
    await clock.advance(0);
    expect(await outer).toBe('early');
    go();
    await clock.advance(10_000);
    expect(await middle.call.waited()).toMatchObject({ timeoutMs: 10_000 });
    end();
  });

  test('by what it left running when it returned has all its own time', async () => {
    const { middle, clock, go, end } = await start();
    const outer = middle.with({ timeoutMs: 1000 }).call.goOnAlone();
    outer.catch(() => {}); // looked at below
    await clock.advance(0);
    go();
    await clock.advance(10_000);
    await expect(outer).rejects.toThrow(CallTimeoutError);
    expect(await middle.call.waited()).toMatchObject({ timeoutMs: 10_000 });
    end();
  });
});
