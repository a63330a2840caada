import { abcast, child, ExitReason, GenServer, multiCall, Runtime, type ServerRef } from '@rookery/genserver';

class Room extends GenServer<string[]> {
  override init(): string[] {
    return [];
  }
  enter(guest: string): number {
    return this.state.push(guest);
  }
  async guests(): Promise<number> {
    // An attic takes its time.
    if (this.self.name === 'attic') await new Promise((resolve) => setTimeout(resolve, 500));
    return this.state.length;
  }
}

class House extends GenServer {
  /** Rooms that go when the house goes: linked, with the house as parent. */
  async build(names: readonly string[]): Promise<readonly ServerRef<Room>[]> {
    return Promise.all(names.map((name) => this.self.startLink(child(Room, { name }))));
  }
}

const runtime = new Runtime();
const house = await runtime.start(House, { name: 'house' });
const rooms = await house.call.build(['hall', 'kitchen', 'attic']);

abcast(rooms, (room) => room.enter('Ada')); // tells all, waits for none
const { replies, failures } = await multiCall(rooms, (room) => room.guests(), { timeoutMs: 100 });
for (const { ref, value } of replies) console.log(`${ref.toString()}: ${value} guest`);
for (const { ref, error } of failures) console.log(`${ref.toString()}: ${(error as { code: string }).code}`);

await runtime.stop(house, ExitReason.shutdown);
console.log(rooms.map((room) => room.isAlive));
