import { type Deferred, GenServer, refuse, Runtime } from '@rookery/genserver';

class SeatTakenError extends Error {}

class Table extends GenServer {
  readonly #seats = new Map<number, string>();
  #waiting: Deferred<string> | undefined;

  sit(seat: number, guest: string): string {
    // The caller's promise rejects; the table lives on. A throw would end it.
    if (this.#seats.has(seat)) return refuse(new SeatTakenError(`seat ${seat} is taken`));
    this.#seats.set(seat, guest);
    this.#waiting?.reply(guest);
    return `${guest} sits on seat ${seat}`;
  }

  nextGuest(): Deferred<string> {
    this.#waiting = this.self.defer<string>(); // answered later, by `sit`
    return this.#waiting;
  }
}

const runtime = new Runtime();
const table = await runtime.start(Table);

const next = table.call.nextGuest(); // Promise<string>
console.log(await table.call.sit(1, 'Ada'));
console.log('the next guest was', await next);
await table.call.sit(1, 'Bob').catch((error: Error) => console.log('refused:', error.message));
await table.call.sit(2, 'Bob').then(console.log);

await runtime.shutdown();
