import { GenServer, Runtime } from '@rookery/genserver';

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

const runtime = new Runtime();
const counter = await runtime.start(Counter, { args: [10], name: 'counter' });

counter.cast.increment(5); // does not wait
console.log(await counter.call.value()); // waits for the answer

await runtime.shutdown();
