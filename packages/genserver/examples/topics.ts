import { GenServer, registry, Runtime } from '@rookery/genserver';

const runtime = new Runtime();
const topics = await runtime.start(registry<string, 'reader' | 'editor'>({ name: 'topics', keys: 'duplicate' }));

class Subscriber extends GenServer {
  override init(topic: string, role: 'reader' | 'editor'): void {
    topics.register(this.self, topic, role);
  }

  override handleInfo(message: unknown): void {
    console.log(`<${this.self.pid}> got ${String(message)}`);
  }
}

await runtime.start(Subscriber, { args: ['news', 'reader'] });
const editor = await runtime.start(Subscriber, { args: ['news', 'editor'] });
await runtime.start(Subscriber, { args: ['sports', 'reader'] });

console.log(topics.lookup('news'));
topics.dispatch('news', (subscribers) => {
  for (const subscriber of subscribers) subscriber.send('hello');
});
await runtime.stop(editor);
console.log(
  topics.count(),
  topics.countMatch('news', (role) => role === 'editor'),
);

await runtime.shutdown();
