import { Runtime } from '@rookery/genserver';
import { TtlCache } from '@rookery/ttl-cache';

const runtime = new Runtime();
await runtime.startSupervisor({
  name: 'app',
  strategy: 'one_for_one',
  children: [TtlCache.childSpec({ name: 'profiles', ttlMs: 60_000, maxEntries: 10_000 })],
});

const profiles = TtlCache.ref<string, string>(runtime, 'profiles'); // by name, so it survives restarts
profiles.put('ada', 'Lovelace');
console.log(profiles.get('ada'));

runtime.kill('profiles');
console.log(profiles.isAlive, profiles.get('ada'), profiles.put('ada', 'lost')); // between two lives: keeps nothing

await new Promise((resolve) => setImmediate(resolve));
console.log(profiles.isAlive, profiles.size); // a restart starts empty
console.log(await profiles.fetch('ada', () => 'Lovelace, again'));

await runtime.shutdown();
