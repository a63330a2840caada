import { GenServer, Runtime } from '@rookery/genserver';

class Kitchen extends GenServer {
  async cook(dish: string): Promise<string> {
    if (dish === '') throw new Error('nothing to cook');
    return dish;
  }
}

const runtime = new Runtime();
const kitchen = await runtime.start(Kitchen, { name: 'kitchen' });

const unfollow = runtime.follow({
  sent({ kind, name, process }) {
    const sentAt = runtime.now();
    console.log(kind, name, 'to', process);
    return {
      handle(run) {
        console.log('  has waited for', runtime.now() - sentAt < 1000 ? 'less than a second' : 'long');
        run();
      },
      handled: (end) => console.log('  handled:', end.kind),
      answered: (end) => console.log('  its caller has:', end.kind),
    };
  },
});
await kitchen.call.cook('soup');
await kitchen.call.cook('').catch(() => {});
unfollow();

await runtime.shutdown();
