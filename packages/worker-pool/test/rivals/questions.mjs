import { AsyncLocalStorage } from 'node:async_hooks';

/** What has not happened for so long does not happen. A limit for what hangs, not for what is slow. */
const HANGS_MS = 10_000;
/** What a pool that waits for a fixed time waits at least. */
const LONG_MS = 500;

const realTimeout = globalThis.setTimeout;
const sleep = (ms) => new Promise((resolve) => realTimeout(resolve, ms));
const newFlag = () => new Int32Array(new SharedArrayBuffer(8));
const open = (flag) => Atomics.store(flag, 1, 1);

/** `{ value }`, `{ error }`, or undefined if it hangs. */
function settled(promise) {
  let timer;
  const late = new Promise((resolve) => (timer = realTimeout(resolve, HANGS_MS)));
  const ended = promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

async function begun(flag) {
  for (const until = performance.now() + HANGS_MS; performance.now() < until; await sleep(1)) {
    if (Atomics.load(flag, 0) === 1) return;
  }
  throw new Error('It was not begun.');
}

/** A task that holds the only slot until its flag is opened. */
async function occupy(pool) {
  const flag = newFlag();
  const promise = pool.run({ act: 'hold', flag });
  await begun(flag);
  return { flag, promise };
}

/** Of what a refusal by throwing would give, too. */
function attempt(work) {
  try {
    return { promise: settled(work()) };
  } catch (error) {
    return { promise: Promise.resolve({ error }), hasThrown: true };
  }
}

const isError = (ended) => ended !== undefined && 'error' in ended;
const isValue = (ended) => ended !== undefined && 'value' in ended;
const works = async (pool) => (await settled(pool.run({ act: 'give', value: 1 })))?.value === 1;

/** Runs what never ends, lets its caller abort it, and tells what became of it. */
async function abortEndless(pool) {
  const flag = newFlag();
  const controller = new AbortController();
  const ended = settled(pool.run({ act: 'spin', flag }, { signal: controller.signal }));
  await begun(flag);
  controller.abort();
  return ended;
}

/** `ask` gives whether it does what is asked, or undefined if it cannot be asked that. */
export const QUESTIONS = [
  {
    id: 'order',
    question: 'begins tasks in the order they came, whether they have a signal or not',
    needs: ['signal'],
    ask: async (make) => {
      const pool = make({ size: 1 });
      const { flag } = await occupy(pool);
      const counter = newFlag();
      const options = (index) => (index % 2 === 0 ? { signal: new AbortController().signal } : {});
      const turns = Promise.all([0, 1, 2, 3, 4, 5].map((index) => pool.run({ act: 'mark', counter }, options(index))));
      open(flag);
      return (await settled(turns))?.value?.join() === '0,1,2,3,4,5';
    },
  },
  {
    id: 'limit',
    question: 'lets no more tasks wait than it may, also when they have a signal',
    needs: ['limit', 'signal'],
    ask: async (make) => {
      const pool = make({ size: 1, limit: 2 });
      const { flag } = await occupy(pool);
      const task = () => pool.run({ act: 'give', value: 1 }, { signal: new AbortController().signal });
      const tasks = [1, 2, 3, 4].map(() => attempt(task).promise);
      open(flag);
      const [first, second, ...others] = await Promise.all(tasks);
      return isValue(first) && isValue(second) && others.every(isError);
    },
  },
  {
    id: 'rejects',
    question: 'says so by a promise that rejects, and does not throw',
    needs: ['limit'],
    ask: async (make) => {
      const pool = make({ size: 1, limit: 1 });
      const { flag } = await occupy(pool);
      const tasks = [1, 2, 3].map(() => attempt(() => pool.run({ act: 'give', value: 1 })));
      open(flag);
      const ends = await Promise.all(tasks.map(({ promise }) => promise));
      return isError(ends.at(-1)) && !tasks.some(({ hasThrown }) => hasThrown);
    },
  },
  {
    id: 'refused',
    question: 'does not run what it has refused',
    needs: ['limit'],
    ask: async (make) => {
      const pool = make({ size: 1, limit: 0 });
      const warm = attempt(() => pool.run({ act: 'give', value: 1 }));
      if (isError(await warm.promise)) return undefined; // refuses all that does not find a free thread, and one is never free
      const { flag, promise } = await occupy(pool);
      const refused = newFlag();
      const { promise: answer } = attempt(() => pool.run({ act: 'give', flag: refused }));
      open(flag);
      if (!isError(await answer)) return undefined;
      await settled(promise);
      // One that is run now is run after it, if that was kept.
      for (let ended; !isValue(ended); await sleep(1)) {
        ended = await attempt(() => pool.run({ act: 'give', value: 1 })).promise;
      }
      return Atomics.load(refused, 0) === 0;
    },
  },
  {
    id: 'endless',
    question: 'ends a task that never yields when its caller aborts it',
    needs: ['threads', 'signal'],
    ask: async (make) => isError(await abortEndless(make({ size: 1 }))),
  },
  {
    id: 'replaced',
    question: 'then begins the next one without waiting for a fixed time',
    needs: ['threads', 'signal'],
    ask: async (make) => {
      const pool = make({ size: 1 });
      let waits = 0;
      globalThis.setTimeout = (callback, ms, ...rest) =>
        realTimeout((...args) => ((waits += ms >= LONG_MS ? 1 : 0), callback(...args)), ms, ...rest);
      try {
        await abortEndless(pool);
        return (await works(pool)) && waits === 0;
      } finally {
        globalThis.setTimeout = realTimeout;
      }
    },
  },
  {
    id: 'exit',
    question: 'a task whose thread ends by `process.exit` is told',
    needs: ['threads'],
    ask: async (make) => isError(await settled(make({ size: 1 }).run({ act: 'exit' }))),
  },
  {
    id: 'goes-on',
    question: 'and the next one runs',
    needs: ['threads'],
    ask: async (make) => {
      const pool = make({ size: 1 });
      await settled(pool.run({ act: 'exit' }));
      return works(pool);
    },
  },
  {
    id: 'class',
    question: 'an error from a thread is of its built-in class',
    needs: ['threads'],
    ask: async (make) => (await settled(make({ size: 1 }).run({ act: 'throw' })))?.error instanceof TypeError,
  },
  {
    id: 'name',
    question: 'and has the name of its own class',
    needs: ['threads'],
    ask: async (make) => {
      const { error } = (await settled(make({ size: 1 }).run({ act: 'throw' }))) ?? {};
      return error?.constructor.name === 'HashError' || error?.name === 'HashError';
    },
  },
  {
    id: 'fields',
    question: 'and its `code`, `cause` and own fields',
    needs: ['threads'],
    ask: async (make) => {
      const { error } = (await settled(make({ size: 1 }).run({ act: 'throw' }))) ?? {};
      return error?.code === 'E_HASH' && error.cause === 'a typo' && error.details?.algorithm === 'md5';
    },
  },
  {
    id: 'uncloneable',
    question: 'a result that cannot be sent is the error of its task, not the end of the thread',
    needs: ['threads'],
    ask: async (make) => {
      const pool = make({ size: 1 });
      const before = await pool.run({ act: 'where' });
      const ended = await settled(pool.run({ act: 'give a function' }));
      return isError(ended) && (await settled(pool.run({ act: 'where' })))?.value === before;
    },
  },
  {
    id: 'timers',
    question: 'timers and sockets of a thread work between its tasks',
    needs: ['threads'],
    ask: async (make) => {
      const pool = make({ size: 1 });
      const first = await pool.run({ act: 'ticks' });
      for (let round = 0; round < 50; round++) {
        await sleep(10);
        if ((await pool.run({ act: 'ticks' })) > first) return true;
      }
      return false;
    },
  },
  {
    id: 'reuse',
    question: 'ten tasks, one now and then, take one thread (when none has to be kept)',
    needs: ['threads'],
    ask: async (make) => {
      const pool = make({ size: 2, min: 0 });
      const ids = new Set();
      for (let task = 0; task < 10; task++) {
        ids.add(await pool.run({ act: 'where' }));
        await sleep(50);
      }
      return ids.size === 1;
    },
  },
  {
    id: 'overrun',
    question: 'runs no more closures at a time than it may, also when one has had its time',
    needs: ['closures', 'timeout'],
    ask: async (make) => {
      const pool = make({ size: 1 });
      const flag = newFlag();
      const hold = async () => {
        while (Atomics.load(flag, 1) === 0) await sleep(1);
      };
      const first = await settled(pool.timed(hold, 20));
      const other = newFlag();
      const second = pool.run({ act: 'give', flag: other, value: 1 });
      await sleep(50); // one that frees the slot does so at once
      const isBegun = Atomics.load(other, 0) === 1;
      open(flag);
      return isError(first) && !isBegun && isValue(await settled(second));
    },
  },
  {
    id: 'context',
    question: 'a closure runs in the async context of who submitted it',
    needs: ['closures'],
    ask: async (make) => {
      const pool = make({ size: 1 });
      const storage = new AsyncLocalStorage();
      const ask = (who) => storage.run(who, () => pool.call(async () => (await sleep(1), storage.getStore())));
      return (await Promise.all(['a', 'b', 'c'].map(ask))).join() === 'a,b,c';
    },
  },
  {
    id: 'clear',
    question: 'all that wait are told when it is cleared or closed',
    needs: [],
    ask: async (make) => {
      const pool = make({ size: 1 });
      const { flag } = await occupy(pool);
      const waiting = [1, 2, 3].map(() => settled(pool.run({ act: 'give', value: 1 })));
      Promise.resolve(pool.clear()).catch(() => undefined);
      open(flag);
      const ends = await Promise.all(waiting);
      return ends.every((ended) => ended !== undefined);
    },
  },
];
