import { child, formatReason, GenServer, Runtime } from '@rookery/genserver';

class Sensor extends GenServer {
  read(): number {
    throw new Error('cable is loose');
  }
}

const runtime = new Runtime();
const root = await runtime.startSupervisor({
  name: 'house',
  strategy: 'one_for_one',
  children: [child(Sensor, { name: 'kitchen' }), child(Sensor, { name: 'cellar' })],
});

const cellar = runtime.ref(Sensor, 'cellar');
await cellar.call.read().catch((error: Error) => console.log(error.message));

for (const { id, state, restarts, restartHistory } of await root.whichChildren()) {
  const why = restartHistory.map(({ reason }) => formatReason(reason));
  console.log(`${String(id)} is ${state}, restarts: ${restarts}`, why);
}
await runtime.shutdown();
