import { CircuitBreaker, CircuitBreakerRegistry, slowRate, timeWindow, anyOf } from '@rookery/circuit-breaker';

const search = new CircuitBreaker({
  label: 'search',
  strategy: anyOf(
    timeWindow({ windowMs: 10_000, failureRate: 0.5, minimumCalls: 4 }),
    slowRate({ slowCallMs: 2_000, slowRate: 0.8, windowMs: 10_000 }),
  ),
  callTimeoutMs: 20, // each call has its own signal
  bulkhead: { limit: 2, queue: 10 },
  openTime: { factor: 2, jitter: 0.2 }, // 60 s, then up to 120 s, 240 s …
  classifyError: (error) => (error instanceof RangeError ? 'ignore' : 'failure'), // a caller's mistake is not the server's
});

const find = search.wrap(
  async (text: string): Promise<string[]> => {
    if (text === '') throw new RangeError('nothing to look for');
    if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 200).unref());
    return [text];
  },
  { fallback: (error, text) => [`cached ${text}`, (error as Error).name] },
);

console.log(await find('tea'), await find('slow'));
await find('').catch((error: Error) => console.log(error.message)); // an answer: no fallback

// For what the breaker does not call itself: a lease.
const lease = search.tryAcquire();
if (lease.kind === 'acquired') lease.success();
const { successes, failures, ignored, fallbacks } = search.stats();
console.log({ successes, failures, ignored, fallbacks });

// One for each host, at most 1000.
const hosts = new CircuitBreakerRegistry({ failureThreshold: 1, maxBreakers: 1000 });
await hosts
  .get('a.example')
  .call(() => Promise.reject(new Error('down')))
  .catch(() => {});
console.log(hosts.get('a.example').state, hosts.get('b.example').state);
