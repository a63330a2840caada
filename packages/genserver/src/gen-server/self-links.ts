import { checkBoolean, checkOneOf, checkOptions } from '../checks.js';
import { InvalidOptionError, NoProcessError } from '../errors.js';
import { Alias, type AliasOptions, MonitorAlias } from '../process/alias.js';
import { ExitReason } from '../process/exit-reason.js';
import { Exit } from '../process/exit-signals.js';
import { link, unlink } from '../process/links.js';
import { Message } from '../process/message.js';
import {
  type DownFacts,
  flushDown,
  Monitor,
  type MonitorAliasOptions,
  type MonitorOptions,
  type MonitorRef,
} from '../process/monitors.js';
import type { Process } from '../process/process.js';
import { type Address, nameOf, plainName } from '../runtime/address.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import { inside, type Where } from './inside.js';

const ALIAS_ENDS = ['explicit_unalias', 'demonitor', 'reply_demonitor'] as const satisfies readonly AliasEnd[];

type AliasEnd = MonitorAliasOptions['alias'];

/** What a process can do about others: its links, monitors and aliases. */
export abstract class LinkedSelf implements Where {
  abstract get [inside](): { readonly kernel: Kernel; readonly process: Process };

  /** Whether exit signals come as `Exit` messages instead of ending this process; off by default. Returns the old value (PROC-011, PROC-018). */
  trapExit(flag: boolean): boolean {
    const { process } = this[inside];
    const old = process.trapExit;
    process.trapExit = flag;
    return old;
  }

  /**
   * Links with another process: whichever ends first sends the other an exit signal. If nobody is there: a NoProcessError,
   * or an `Exit` message with `noproc` while trapping exits (LINK-009).
   */
  link(address: Address): void {
    const { kernel, process } = this[inside];
    if (process.status === 'ended') return; // what an abandoned handler still does has no effect
    const peer = kernel.find(address);
    if (peer !== undefined && peer.status !== 'ended') return link(process, peer);
    if (!process.trapExit) throw new NoProcessError(formatName(address));
    process.deliver(new Message('exit', 'exit', new Exit(peer?.pid, ExitReason.noproc)));
  }

  /** Removes the link, whoever made it. Harmless when there is none (LINK-010 to LINK-012). */
  unlink(address: Address): void {
    const { kernel, process } = this[inside];
    const peer = kernel.find(address);
    if (peer !== undefined) unlink(process, peer);
  }

  /**
   * Asks for a `Down` message when that process ends; at once, with `noproc`, if nobody is there (MON-001, MON-002). A name
   * means who holds it now, and the Down carries it (MON-009, MON-011). With `alias`, gives an address for the answer, which
   * ends as the option says, instead of the ref, which is its `ref` (MON-016).
   */
  monitor(address: Address, options: MonitorAliasOptions): MonitorAlias;
  monitor(address: Address, options?: MonitorOptions): MonitorRef;
  monitor(address: Address, options: MonitorOptions | MonitorAliasOptions = {}): MonitorRef | MonitorAlias {
    const { kernel, process } = this[inside];
    checkOptions(options);
    const end = aliasEnd(options);
    const ref = kernel.newMonitorRef();
    const monitor = new Monitor(ref, process, kernel.find(address), downFacts(address, options));
    const alias = end && new MonitorAlias(process, end === 'reply_demonitor' ? () => monitor.remove() : undefined, ref);
    if (end !== 'explicit_unalias') monitor.alias = alias;
    if (process.status !== 'ended') monitor.start();
    return alias ?? ref;
  }

  /**
   * Returns whether the monitor was still active. A `Down` that is in the mailbox already stays there, unless `flush` is true:
   * then none of this monitor is there afterwards; that looks through the whole mailbox (MON-005 to MON-008).
   */
  demonitor(ref: MonitorRef, options: { readonly flush?: boolean } = {}): boolean {
    checkOptions(options);
    const { flush = false } = options;
    checkBoolean('flush', flush);
    const { process } = this[inside];
    const monitor = process.monitors?.get(ref);
    monitor?.remove();
    if (flush && monitor === undefined) flushDown(process, ref);
    return monitor !== undefined;
  }

  /** A second address of this process, which it can revoke; with `reply`, for one message (PROC-039, PROC-040). */
  alias(options: AliasOptions = {}): Alias {
    checkOptions(options);
    const { reply = false } = options;
    checkBoolean('reply', reply);
    return new Alias(this[inside].process, reply ? () => undefined : undefined);
  }
}

function aliasEnd(options: unknown): AliasEnd | undefined {
  if (typeof options !== 'object' || options === null) throw new InvalidOptionError('options', 'an object', options);
  if (!('alias' in options) || options.alias === undefined) return undefined;
  checkOneOf('alias', options.alias, ALIAS_ENDS);
  return options.alias;
}

/** Undefined in the usual case, as a monitor is small. */
function downFacts(address: Address, { tag }: MonitorOptions): DownFacts | undefined {
  const name = plainName(nameOf(address));
  return name === undefined && tag === undefined ? undefined : { name, tag };
}
