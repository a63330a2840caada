import { LoadCycleError } from './errors.js';
import { formatKey } from './key.js';

/** A load, as seen by those who wait for each other: of whatever cache. */
export class LoadNode {
  isEnded = false;
  /** Its loader has been called and has not returned yet: all that runs now runs within it. */
  isLaunching = false;
  /** What its loader waits for. */
  readonly waits = new Set<Wait>();
  /** How many waits for it there are. */
  waited = 0;
  /** The load whose loader began it; not kept longer than that takes. */
  #within: LoadNode | undefined;

  constructor(
    /** Whose it is: by identity. */
    readonly owner: object,
    /** What errors call the cache. */
    readonly cache: string,
    readonly key: unknown,
    within: LoadNode | undefined,
  ) {
    this.#within = within;
  }

  get within(): LoadNode | undefined {
    if (this.#within?.isEnded === true) this.#within = undefined;
    return this.#within;
  }

  end(): void {
    this.isEnded = true;
    this.#within = undefined;
  }
}

/** A loader's waiting for another load. */
export class Wait {
  #isBegun = false;

  constructor(
    readonly waiter: LoadNode,
    readonly goal: LoadNode,
    /** What is waited for. */
    readonly promise: Promise<unknown>,
  ) {}

  /** Somebody waits from now on, until the promise is settled. Gives the error if that would be for ever. */
  begin(): LoadCycleError | undefined {
    const { waiter, goal, promise } = this;
    if (this.#isBegun || waiter.isEnded || goal.isEnded) return undefined;
    const path = pathTo(waiter, goal);
    if (path !== undefined) return cycleOf([waiter, ...path]);
    this.#isBegun = true;
    waiter.waits.add(this);
    goal.waited++;
    const end = (): void => {
      waiter.waits.delete(this);
      goal.waited--;
    };
    promise.then(end, end);
    return undefined;
  }
}

/**
 * The error of a load that `current` is about to begin, if it would be the same load over and over: its own key, or that of a
 * load which waits for it, and which something has deleted meanwhile.
 */
export function recursionOf(current: LoadNode | undefined, owner: object, key: unknown): LoadCycleError | undefined {
  if (current === undefined) return undefined;
  for (let node: LoadNode | undefined = current; node !== undefined; node = node.within) {
    if (node.owner !== owner || !isSameKey(node.key, key)) continue;
    if (node === current) return cycleOf([node, node]);
    const path = node.isLaunching ? upTo(node, current) : (pathTo(current, node) ?? pathAlmostTo(current, node));
    if (path !== undefined) return cycleOf([...path, node]);
  }
  return undefined;
}

/**
 * The same up to who began the last load: an `await` of it counts a moment later only, when that load may have gone on already.
 * So a recursion is seen in its second round at the latest.
 */
function pathAlmostTo(last: LoadNode, first: LoadNode): readonly LoadNode[] | undefined {
  const { within } = last;
  const path = within === undefined || within === first ? undefined : pathTo(within, first);
  return path && [...path, last];
}

/** From the load that began the others to the last one. */
function upTo(first: LoadNode, last: LoadNode): readonly LoadNode[] {
  const path: LoadNode[] = [];
  for (let node: LoadNode | undefined = last; node !== undefined && node !== first; node = node.within)
    path.unshift(node);
  return [first, ...path];
}

/** From who is waited for to the one who waits, along what each waits for. Both ends included. */
function pathTo(goal: LoadNode, from: LoadNode): readonly LoadNode[] | undefined {
  if (from === goal) return [from];
  if (goal.waited === 0) return undefined; // as most are: a look at all that waits is spared
  const cameFrom = new Map<LoadNode, LoadNode | undefined>([[from, undefined]]);
  for (const [node] of cameFrom) {
    if (node === goal) return backFrom(node, cameFrom);
    if (node.isEnded) continue;
    for (const wait of node.waits) if (!cameFrom.has(wait.goal)) cameFrom.set(wait.goal, node);
  }
  return undefined;
}

function backFrom(last: LoadNode, cameFrom: Map<LoadNode, LoadNode | undefined>): readonly LoadNode[] {
  const path: LoadNode[] = [];
  for (let node: LoadNode | undefined = last; node !== undefined; node = cameFrom.get(node)) path.unshift(node);
  return path;
}

/** Keys of one cache need not say whose they are. */
function cycleOf(path: readonly LoadNode[]): LoadCycleError {
  const isOneCache = path.every(({ owner }) => owner === path[0]?.owner);
  return new LoadCycleError(
    path.map(({ key, cache }) => (isOneCache ? formatKey(key) : `${formatKey(key)} (${cache})`)),
  );
}

/** As a Map compares. */
function isSameKey(one: unknown, other: unknown): boolean {
  return one === other || (Number.isNaN(one) && Number.isNaN(other));
}
