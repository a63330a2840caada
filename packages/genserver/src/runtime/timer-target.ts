import type { OwnedTimer, TimerTarget } from '../process/info-timer.js';
import type { Message } from '../process/message.js';
import { type Address, nameOf } from './address.js';
import type { Kernel } from './kernel.js';
import { formatName } from './kernel.js';
import type { Name } from './names.js';

/** Whoever holds a name when the timer fires. Such a timer ends with no process, but with the runtime (TIM-008, TIM-009). */
class NamedTarget implements TimerTarget {
  readonly status = 'running';

  constructor(
    private readonly kernel: Kernel,
    private readonly name: Name,
  ) {}

  get timers(): Set<OwnedTimer> {
    return this.kernel.namedTimers;
  }

  deliver(message: Message): boolean {
    const isDelivered = this.kernel.find(this.name)?.deliver(message) === true;
    if (!isDelivered) this.kernel.drop('dead_letter', formatName(this.name), message.name, message.payload);
    return isDelivered;
  }
}

const NOBODY: TimerTarget = { timers: undefined, status: 'ended', deliver: () => false };

/** Where a timer to this address sends: a pid, or a ref by pid, is one process and may have ended; a name is looked up when it fires. */
export function timerTarget(kernel: Kernel, address: Address): TimerTarget {
  const name = nameOf(address);
  return name === undefined ? (kernel.find(address) ?? NOBODY) : new NamedTarget(kernel, name);
}
