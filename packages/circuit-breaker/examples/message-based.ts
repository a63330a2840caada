import { GenServer, refuse, Runtime } from '@rookery/genserver';
import { CircuitBreaker } from '@rookery/circuit-breaker';

const FAILURE_THRESHOLD = 5;
const TIMEOUT_MS = 60_000;

/** The breaker of the article: a call is a message, and the function runs in its handler. */
class MessageBreaker extends GenServer {
  #state: 'closed' | 'open' | 'half_open' = 'closed';
  #failures = 0;
  #openedAt = 0;

  async run(fn: () => Promise<unknown>): Promise<unknown> {
    if (this.#state === 'open') {
      if (this.self.now() - this.#openedAt < TIMEOUT_MS) return refuse(new Error('the circuit is open'));
      this.#state = 'half_open';
    }
    try {
      const value = await fn(); // the mailbox waits for it: so does everybody else
      this.#state = 'closed';
      this.#failures = 0;
      return value;
    } catch (error) {
      this.#failures++;
      if (this.#state === 'half_open' || this.#failures >= FAILURE_THRESHOLD) this.#open();
      return refuse(error); // thrown, it would crash the breaker
    }
  }

  getState(): string {
    return this.#state;
  }

  #open(): void {
    this.#state = 'open';
    this.#openedAt = this.self.now();
  }
}

/** How many run at the same time when ten are asked for at once. */
async function mostAtOnce(call: (fn: () => Promise<void>) => Promise<unknown>): Promise<number> {
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running--;
  };
  await Promise.all(Array.from({ length: 10 }, () => call(work)));
  return most;
}

const runtime = new Runtime();
const byMessage = await runtime.start(MessageBreaker, { name: 'by-message' });
const direct = await runtime.start(CircuitBreaker.childSpec({ name: 'direct' }));

const fail = (): Promise<never> => Promise.reject(new Error('down'));
console.log('by message, at once:', await mostAtOnce((fn) => byMessage.call.run(fn)));
console.log('directly, at once:', await mostAtOnce((fn) => direct.call(fn)));

for (let call = 0; call < FAILURE_THRESHOLD; call++) {
  await byMessage.call.run(fail).catch(() => {});
  await direct.call(fail).catch(() => {});
}
console.log(await byMessage.call.getState(), direct.getState());
await byMessage.call.run(async () => 'called').catch((error: Error) => console.log(error.message));

await runtime.shutdown();
