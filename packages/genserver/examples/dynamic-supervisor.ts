import { GenServer, partialChild, Runtime } from '@rookery/genserver';

class Session extends GenServer {
  #line = '';

  override init(game: string, player: string): void {
    this.#line = `${player} plays ${game}`;
  }

  describe(): string {
    return this.#line;
  }

  leave(): void {
    this.self.stop();
  }
}

const runtime = new Runtime();
const sessions = await runtime.startDynamicSupervisor<Session>({ name: 'sessions', extraArguments: ['chess'] });

const ada = await sessions.startChild(partialChild(Session, { args: ['ada'], restart: 'transient' }));
const bob = await sessions.startChild(partialChild(Session, { args: ['bob'], restart: 'transient' }));
console.log(await ada.call.describe());

await bob.call.leave(); // a clean end: not restarted, and forgotten
console.log(await sessions.countChildren());
await runtime.shutdown();
