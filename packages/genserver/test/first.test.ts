import { expect, test } from '@jest/globals';
import { GenServer } from '../src/index.js';
import { useRuntimes } from './support/test-runtime.js';

const newRuntime = useRuntimes();
class Counter extends GenServer<number> {
  override init(initial = 0): number {
    return initial;
  }
  value(): number {
    return this.state;
  }
  increment(by = 1): void {
    this.state += by;
  }
}

test('the first program of the README runs', async () => {
  const { runtime } = newRuntime();
  const counter = await runtime.start(Counter, { args: [10], name: 'counter' });
  counter.cast.increment(5);
  expect(await counter.call.value()).toBe(15);
});
