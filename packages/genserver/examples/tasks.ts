import { GenServer, Runtime, Task } from '@rookery/genserver';

const prices: Record<string, number> = { apple: 3, pear: 4 };

/** Stands for a request to another service. */
async function fetchPrice(item: string): Promise<number> {
  await Promise.resolve();
  const price = prices[item];
  if (price === undefined) throw new Error(`no price for ${item}`);
  return price;
}

class Checkout extends GenServer {
  override init(): void {
    this.self.trapExit(true); // else a failed task would end this server
  }

  async total(items: readonly string[]): Promise<number> {
    const tasks = items.map((item) => Task.async(this.self, () => fetchPrice(item)));
    const values = await Task.awaitMany(tasks, { timeoutMs: 1000 });
    return values.reduce((sum, price) => sum + price, 0);
  }

  async priceOrZero(item: string): Promise<number> {
    const result = await Task.async(this.self, () => fetchPrice(item)).yield(1000);
    return result?.kind === 'ok' ? result.value : 0;
  }

  override handleInfo(): void {} // the ends of its tasks
}

const runtime = new Runtime();
const checkout = await runtime.start(Checkout);
console.log(await checkout.call.total(['apple', 'pear']));
console.log(await checkout.call.priceOrZero('plum'));

const task = Task.async(runtime, () => fetchPrice('pear')); // from a runtime: it belongs to nobody
console.log(await task.await());
await runtime.shutdown();
