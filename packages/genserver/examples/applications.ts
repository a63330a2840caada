import { Application, Runtime } from '@rookery/genserver';

const runtime = new Runtime();
const root = { strategy: 'one_for_one', children: [] } as const;
const note = (text: string) => () => console.log(text);

const started = await Application.startAll(
  [
    { name: 'web', root, dependsOn: ['carts', 'database'], stop: note('web stopped') },
    { name: 'carts', root, dependsOn: ['database'], stop: note('carts stopped') },
    {
      name: 'database',
      start: () => ({ root, state: { connections: 3 } }),
      prepStop: (pool) => ({ connections: pool.connections - 1 }),
      stop: (pool) => console.log(`database stopped with ${pool.connections} connections`),
    },
  ],
  { runtime },
);
console.log(started.map(({ name }) => name).join(', '));

await Application.stopAll(runtime, { exitCode: 0 });
