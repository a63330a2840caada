import {
  type Down,
  ExitReason,
  formatReason,
  type MonitorRef,
  type Pid,
  type Runtime,
  type RuntimeEvent,
} from '../../src/index.js';

/** What can be asked of a tree, and what may come of it. */
export type Ask = 'work' | 'stop' | 'start' | 'terminate' | 'restart' | 'delete' | 'look' | 'hold';

const GONE = ['ERR_GENSERVER_NO_PROCESS', 'ERR_GENSERVER_PROCESS_EXITED'];
const NOT_STARTED = ['ERR_GENSERVER_START_FAILED', 'ERR_GENSERVER_ALREADY_STARTED'];
const CHILD = (...kinds: readonly string[]): readonly string[] => kinds.map((kind) => `ERR_GENSERVER_CHILD_${kind}`);

const FITTING: Record<Ask, readonly string[]> = {
  work: [...GONE, 'ERR_GENSERVER_CALL_TIMEOUT', 'ERR_GENSERVER_CALL_ABORTED'],
  stop: ['ERR_GENSERVER_NO_PROCESS', 'ERR_GENSERVER_STOP_FAILED'],
  start: [...GONE, ...NOT_STARTED, ...CHILD('ALREADY_STARTED', 'ALREADY_PRESENT'), 'ERR_GENSERVER_MAX_CHILDREN'],
  terminate: [...GONE, ...CHILD('NOT_FOUND')],
  restart: [...GONE, ...NOT_STARTED, ...CHILD('NOT_FOUND', 'RUNNING', 'RESTARTING')],
  delete: [...GONE, ...CHILD('NOT_FOUND', 'RUNNING', 'RESTARTING')],
  look: GONE,
  hold: GONE,
};

/** What the caller itself had set up, which alone makes some errors fit. */
export interface AskFacts {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Watch {
  readonly watcher: Pid;
  readonly target: Pid | undefined;
  readonly downs: Down[];
  isRemoved: boolean;
}

interface Tie {
  readonly one: Pid;
  readonly other: Pid;
  isCut: boolean;
}

interface CodedError extends Error {
  readonly code: string;
  readonly server?: string;
  readonly reason?: ExitReason;
}

/** Sees every end, request, monitor and link, and says what does not fit together. */
export class Witness {
  readonly complaints: string[] = [];
  readonly #exits = new Map<Pid, ExitReason>();
  readonly #exitsByName = new Map<string, Set<ExitReason>>();
  readonly #watches = new Map<string, Watch>();
  readonly #ties: Tie[] = [];
  readonly #traps = new Set<Pid>();
  readonly #exitsHeard = new Set<string>();
  readonly #pending = new Set<Promise<void>>();
  readonly unsubscribe: () => void;
  asked = 0;

  constructor(runtime: Runtime) {
    this.unsubscribe = runtime.subscribe((event) => this.#hear(event));
  }

  /** All requests that were made have been answered. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  get pending(): number {
    return this.#pending.size;
  }

  asks(ask: Ask, answer: Promise<unknown>, facts: AskFacts = {}): void {
    this.asked++;
    const checked = this.#check(ask, answer, facts).finally(() => this.#pending.delete(checked));
    this.#pending.add(checked);
  }

  async #check(ask: Ask, answer: Promise<unknown>, facts: AskFacts): Promise<void> {
    const complaint = await answer.then(
      (value) => (ask === 'work' && value !== 'done' ? `work gave ${String(value)}` : undefined),
      (error: CodedError) => this.#misfit(ask, error, facts),
    );
    if (complaint !== undefined) this.complaints.push(complaint);
  }

  traps(pid: Pid): void {
    this.#traps.add(pid);
  }

  monitors(watcher: Pid, ref: MonitorRef, target: Pid | undefined): void {
    this.#watches.set(`${watcher} ${ref}`, { watcher, target, downs: [], isRemoved: false });
  }

  demonitors(watcher: Pid, ref: MonitorRef): void {
    const watch = this.#watches.get(`${watcher} ${ref}`);
    if (watch !== undefined) watch.isRemoved = true;
  }

  hearsDown(watcher: Pid, down: Down): void {
    const watch = this.#watches.get(`${watcher} ${down.ref}`);
    if (watch === undefined) this.complaints.push(`<${watcher}> got a Down that it had not asked for`);
    else watch.downs.push(down);
  }

  links(one: Pid, other: Pid): void {
    this.#ties.push({ one, other, isCut: false });
  }

  unlinks(one: Pid, other: Pid): void {
    for (const tie of this.#ties) {
      if ((tie.one === one && tie.other === other) || (tie.one === other && tie.other === one)) tie.isCut = true;
    }
  }

  hearsExit(receiver: Pid, from: Pid | undefined): void {
    if (from !== undefined) this.#exitsHeard.add(`${receiver} ${from}`);
  }

  /** To be asked when all is at rest. */
  problems(): readonly string[] {
    return [
      ...this.complaints,
      ...Array.from(this.#watches.values(), (watch) => this.#wrongWith(watch)),
      ...this.#ties.flatMap((tie) => [
        this.#missedBy(tie.one, tie.other, tie),
        this.#missedBy(tie.other, tie.one, tie),
      ]),
    ].filter((problem) => problem !== undefined);
  }

  #hear(event: RuntimeEvent): void {
    if (event.kind !== 'process_exited') return;
    this.#exits.set(event.pid, event.reason);
    const reasons = this.#exitsByName.get(event.process) ?? new Set();
    this.#exitsByName.set(event.process, reasons.add(event.reason));
  }

  #misfit(ask: Ask, error: CodedError, { timeoutMs, signal }: AskFacts): string | undefined {
    if (!FITTING[ask].includes(error.code)) return `${ask} failed with ${error.stack ?? String(error)}`;
    const { code, server = '', reason } = error;
    if (code === 'ERR_GENSERVER_CALL_TIMEOUT' && timeoutMs === Infinity) return 'a call without a limit timed out';
    if (code === 'ERR_GENSERVER_CALL_ABORTED' && signal?.aborted !== true) return 'a call was aborted by nobody';
    if (code !== 'ERR_GENSERVER_PROCESS_EXITED' || reason === undefined) return undefined;
    const known = this.#exitsByName.get(server)?.has(reason) === true;
    return known ? undefined : `${ask} says that ${server} ended with ${formatReason(reason)}, which it did not`;
  }

  #wrongWith({ watcher, target, downs, isRemoved }: Watch): string | undefined {
    const who = `<${watcher}>, which watches <${target}>,`;
    if (downs.length > 1) return `${who} got ${downs.length} times a Down`;
    const [down] = downs;
    const reason = target === undefined ? undefined : this.#exits.get(target);
    if (down !== undefined && down.reason.kind !== 'noproc' && down.reason !== reason)
      return `${who} got a wrong reason`;
    const shouldHear = !isRemoved && !this.#exits.has(watcher) && (target === undefined || reason !== undefined);
    return shouldHear && down === undefined ? `${who} never got its Down` : undefined;
  }

  #missedBy(survivor: Pid, dead: Pid, { isCut }: Tie): string | undefined {
    const reason = this.#exits.get(dead);
    if (isCut || reason === undefined || this.#exits.has(survivor)) return undefined;
    const who = `<${survivor}>, linked with <${dead}>,`;
    if (!this.#traps.has(survivor))
      return reason.kind === 'normal' ? undefined : `${who} lives on, though that ended with ${formatReason(reason)}`;
    return this.#exitsHeard.has(`${survivor} ${dead}`) ? undefined : `${who} never got its Exit`;
  }
}
