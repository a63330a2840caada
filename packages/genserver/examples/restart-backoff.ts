import { child, GenServer, Runtime } from '@rookery/genserver';

class Feed extends GenServer {
  static outage = 0; // how many more tries to connect will fail

  override init(): void {
    if (Feed.outage-- > 0) throw new Error('no connection');
    console.log('connected');
  }

  lose(): void {
    Feed.outage = 2;
    throw new Error('connection lost');
  }
}

const runtime = new Runtime();
const isBack = new Promise<void>((resolve) => {
  runtime.subscribe((event) => {
    if (event.kind === 'child_restart_scheduled') console.log(`next try in ${event.delayMs} ms`);
    if (event.kind === 'child_restarted') resolve();
  });
});

await runtime.startSupervisor({
  strategy: 'one_for_one',
  maxRestarts: 10,
  backoff: { initialMs: 20, maxMs: 50 },
  children: [child(Feed, { name: 'feed' })],
});
runtime.ref(Feed, 'feed').cast.lose();

await isBack;
await runtime.shutdown();
