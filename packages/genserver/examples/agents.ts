import { agent, Runtime } from '@rookery/genserver';

const runtime = new Runtime();
await runtime.startSupervisor({
  name: 'app',
  strategy: 'one_for_one',
  children: [agent({ name: 'visits', initial: () => new Map<string, number>() })],
});

const visits = runtime.agent<Map<string, number>>('visits'); // by name: it survives restarts
const visit = (page: string) => (counts: Map<string, number>) => counts.set(page, (counts.get(page) ?? 0) + 1);

await visits.update(visit('/'));
visits.cast(visit('/about'));
visits.cast(visit('/'));
console.log(await visits.get((counts) => counts.get('/')));

const taken = await visits.getAndUpdate((counts) => [[...counts], new Map()]);
console.log(taken, await visits.get(({ size }) => size));

const error = await visits
  .get(() => {
    throw new Error('a bug');
  })
  .catch((reason: unknown) => reason);
console.log(String(error));
await new Promise((resolve) => setImmediate(resolve)); // its supervisor starts it again
console.log(await visits.get(({ size }) => size)); // from its first state
await runtime.shutdown();
