import { child, dynamicSupervisor, GenServer, registry, Runtime, type ServerRef, via } from '@rookery/genserver';

interface Activity {
  readonly startedAt: number;
  readonly lastActivity: number;
}

const runtime = new Runtime();
const book = runtime.registry<string, Activity>('user-sessions');

/** What one user is doing now. Registered under the user's id from before its init until it ends, however it ends. */
class UserSession extends GenServer {
  #userId = '';

  override init(userId: string): void {
    this.#userId = userId;
  }

  touch(): void {
    book.updateValue(this.self, this.#userId, (old) => ({ ...old, lastActivity: Date.now() }));
  }

  logOut(): void {
    this.self.stop();
  }

  crash(): never {
    throw new Error('lost connection');
  }
}

/** The directory of sessions: who is here, since when, and how to reach them. */
class UserSessionRegistry {
  readonly #sessions = runtime.dynamicSupervisor<UserSession>('session-supervisor');

  /** Rejects with an AlreadyStartedError if the user has a session. */
  async open(userId: string): Promise<void> {
    const now = Date.now();
    const name = via(book, userId, { startedAt: now, lastActivity: now });
    await this.#sessions.startChild(child(UserSession, { args: [userId], name, restart: 'temporary' }));
  }

  /** By name: it is of use as long as the user has a session. */
  find(userId: string): ServerRef<UserSession> | undefined {
    return book.whereis(userId) && runtime.ref(UserSession, via(book, userId));
  }

  activity(userId: string): Activity | undefined {
    return book.lookup(userId)[0]?.value;
  }

  list(): readonly string[] {
    return book.keys();
  }

  idleFor(ms: number): readonly string[] {
    const since = Date.now() - ms;
    return book.select(
      ({ value }) => value.lastActivity <= since,
      ({ key }) => key,
    );
  }
}

await runtime.startSupervisor({
  name: 'app',
  strategy: 'rest_for_one', // without the registry nobody could be found: the sessions go with it
  children: [registry({ name: 'user-sessions', keys: 'unique' }), dynamicSupervisor({ name: 'session-supervisor' })],
});
const users = new UserSessionRegistry();

for (const id of ['ada', 'bo', 'cy']) await users.open(id);
console.log('here:', users.list());

const again = await users.open('ada').catch((error: Error) => error.message);
console.log('ada again:', again?.replace(/\d+/, 'PID'));

const started = users.activity('ada')?.startedAt ?? 0;
await new Promise((resolve) => setTimeout(resolve, 120));
await users.find('ada')?.call.touch();
const { startedAt, lastActivity } = users.activity('ada') ?? { startedAt: 0, lastActivity: 0 };
console.log('ada was active after her start:', startedAt === started && lastActivity > startedAt);
console.log('idle for 100 ms:', users.idleFor(100));

await users.find('bo')?.call.logOut();
await users
  .find('cy')
  ?.call.crash()
  .catch(() => console.log('cy crashed; found:', users.find('cy')));
console.log('here:', users.list());

await runtime.shutdown();
