import { threadId } from 'node:worker_threads';

// What the subjects are given to do: in a thread, or as a closure.

class HashError extends TypeError {
  code = 'E_HASH';
  details = { algorithm: 'md5' };
}

let ticks = 0;
let ticking;

const ACTS = {
  give: ({ value }) => value,
  where: () => threadId,
  /** In which turn it was begun. */
  mark: ({ counter }) => Atomics.add(counter, 0, 1),
  hold: async ({ flag }) => {
    while (Atomics.load(flag, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  },
  spin: () => {
    for (;;);
  },
  exit: () => process.exit(3),
  throw: () => {
    throw new HashError('no such hash', { cause: 'a typo' });
  },
  'give a function': () => ({ callback: () => undefined }),
  /** How often a timer has fired since the first call. */
  ticks: () => {
    ticking ??= setInterval(() => ticks++, 1);
    return ticks;
  },
};

export function act(what) {
  if (what.flag !== undefined) Atomics.store(what.flag, 0, 1);
  return ACTS[what.act](what);
}
