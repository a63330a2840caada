import { child, formatTree, GenServer, Runtime, supervisor } from '@rookery/genserver';

class Cart extends GenServer<string[]> {
  override init(): string[] {
    return [];
  }

  add(item: string): number {
    if (item === 'bomb') throw new Error('boom'); // ends this cart, and only this cart
    this.state.push(item);
    return this.state.length;
  }
}

const runtime = new Runtime();
await runtime.startSupervisor({
  name: 'app',
  strategy: 'one_for_one',
  children: [
    child(Cart, { name: 'ada' }),
    child(Cart, { name: 'bob' }),
    supervisor({ name: 'jobs', strategy: 'rest_for_one', children: [] }),
  ],
});

const ada = runtime.ref(Cart, 'ada'); // by name, so it survives restarts
const bob = runtime.ref(Cart, 'bob');
await ada.call.add('book');
await bob.call.add('pen');

await ada.call.add('bomb').catch((error: Error) => console.log(error.message));
console.log('ada has', await ada.call.add('lamp'), 'item, bob has', await bob.call.add('ink'));
console.log(formatTree(runtime.tree()));

await runtime.shutdown();
