import { TtlCache } from '@rookery/ttl-cache';

let isDown = false;
let loads = 0;

async function loadUser(id: string): Promise<{ readonly id: string; readonly version: number }> {
  loads++;
  await new Promise((resolve) => setTimeout(resolve, 10));
  if (isDown) throw new Error('the database is down');
  return { id, version: loads };
}

const users = new TtlCache<string, { readonly id: string; readonly version: number }>({
  ttlMs: 30,
  staleForMs: 60_000,
});

const all = await Promise.all(Array.from({ length: 1000 }, () => users.fetch('ada', loadUser)));
console.log(all.length, 'callers,', loads, 'load');

await new Promise((resolve) => setTimeout(resolve, 40)); // it expires
isDown = true;
console.log(users.get('ada'), await users.fetch('ada', loadUser)); // the load fails: the stale value

isDown = false;
const late = users.fetch('ada', loadUser);
users.put('ada', { id: 'ada', version: 100 }); // wins over the load that is under way
await late;
console.log(users.get('ada'));

const { hits, misses, coalesced, staleHits } = users.stats();
console.log({ hits, misses, coalesced, staleHits });
users.close();
