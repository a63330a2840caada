import { TtlCache } from '@rookery/ttl-cache';

const cache = new TtlCache<string, string>({ ttlMs: 60_000 });

cache.put('ada', 'Lovelace');
cache.put('alan', 'Turing', 50); // its own life: 50 ms

console.log(cache.get('ada'), cache.get('bob'));
await new Promise((resolve) => setTimeout(resolve, 60));
console.log(cache.get('alan')); // expired: never found, and removed

cache.close();
