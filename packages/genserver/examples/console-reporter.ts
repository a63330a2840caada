import { setTimeout as sleep } from 'node:timers/promises';
import { child, consoleReporter, GenServer, Runtime, supervisor } from '@rookery/genserver';

class Cart extends GenServer {
  add(item: string): string {
    if (item === 'bomb') throw new Error('this item explodes');
    return item;
  }
}

const runtime = new Runtime();
// Left out: `stream` is stderr, and `detail` 'normal'.
runtime.subscribe(consoleReporter({ stream: process.stdout, detail: 'short', color: false }));
const carts = [child(Cart, { name: 'ada' }), child(Cart, { name: 'bob' })];
await runtime.startSupervisor({
  name: 'shop',
  strategy: 'one_for_one',
  children: [supervisor({ name: 'carts', strategy: 'one_for_one', maxRestarts: 1, children: carts })],
});

const bob = runtime.ref(Cart, 'bob');
await runtime
  .ref(Cart, 'ada')
  .call.add('bomb')
  .catch(() => {});
for (let i = 0; i < 1000; i++) runtime.ref(Cart, 'eve').cast.add('book'); // there is no eve
await bob.call.add('pen');
await bob.call.add('bomb').catch(() => {});
await sleep(10); // let the supervisors do their work

await runtime.shutdown();
