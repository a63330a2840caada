import { child, dynamicSupervisor, GenServer, registry, Runtime, via } from '@rookery/genserver';

class Room extends GenServer<string[]> {
  override init(topic: string): string[] {
    return [`welcome to ${topic}`];
  }

  say(text: string): void {
    this.state.push(text);
  }

  log(): readonly string[] {
    return this.state;
  }

  close(): void {
    this.self.stop(); // a normal end: a transient child is not restarted
  }
}

const runtime = new Runtime();
await runtime.startSupervisor({
  name: 'app',
  strategy: 'rest_for_one',
  children: [
    registry({ name: 'rooms', keys: 'unique' }),
    dynamicSupervisor({ name: 'room-supervisor', maxChildren: 1000 }),
  ],
});

const rooms = runtime.dynamicSupervisor<Room>('room-supervisor');
for (const topic of ['chess', 'go']) {
  await rooms.startChild(child(Room, { args: [topic], name: via('rooms', topic), restart: 'transient' }));
}

const chess = runtime.ref(Room, via('rooms', 'chess'));
chess.cast.say('e4');
console.log(await chess.call.log());
await chess.call.close();
console.log(runtime.registry('rooms').keys(), await rooms.countChildren());

await runtime.shutdown();
