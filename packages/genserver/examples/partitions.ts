import { child, dynamicSupervisor, GenServer, partitionSupervisor, Runtime, viaPartition } from '@rookery/genserver';

class Session extends GenServer {}

const runtime = new Runtime();
const pools = await runtime.start(
  partitionSupervisor({ name: 'pools', partitions: 4, child: dynamicSupervisor<Session>() }),
);

for (const user of ['ada', 'bob', 'cy', 'dan', 'eve', 'fay']) {
  await pools.route(user).startChild(child(Session));
}
for (let partition = 0; partition < pools.partitions(); partition++) {
  console.log(
    partition,
    await pools
      .route(partition)
      .countChildren()
      .then(({ active }) => active),
  );
}

// The same partition, from anywhere, by name:
console.log(runtime.whereis(viaPartition('pools', 'ada')) === pools.route('ada').pid);
await runtime.shutdown();
