import { formatReason, type RuntimeEvent } from '@rookery/genserver';
import type { TreeEventView } from '../web/protocol.js';

/** An event for people. */
export type Told = Pick<TreeEventView, 'kind' | 'text'>;
type Tellers = {
  readonly [Kind in RuntimeEvent['kind']]?: (event: Extract<RuntimeEvent, { readonly kind: Kind }>) => Told | undefined;
};

/** What is worth a line. Ends that are in order are not, and crashes are told of once. */
const TELLERS: Tellers = {
  process_crashed: ({ process, reason }) => ({ kind: 'crashed', text: `${process} crashed: ${formatReason(reason)}` }),
  process_exited: ({ process, reason }) => {
    return reason.kind === 'killed' ? { kind: 'killed', text: `${process} was killed` } : undefined;
  },
  child_restarted: ({ supervisor, child, restarts }) => {
    return { kind: 'restarted', text: `${supervisor} restarted ${child} (restart ${restarts})` };
  },
  child_restart_scheduled: ({ supervisor, child, delayMs }) => {
    return { kind: 'put_off', text: `${supervisor} restarts ${child} in ${Math.round(delayMs)} ms` };
  },
  child_start_failed: ({ child, reason }) => {
    return { kind: 'start_failed', text: `${child} did not start: ${formatReason(reason)}` };
  },
  supervisor_gave_up: ({ supervisor, child }) => {
    return { kind: 'gave_up', text: `${supervisor} gave up: ${child} was restarted too often` };
  },
};

/** What people are told of an event of the runtime; undefined: nothing. */
export function tellOf(event: RuntimeEvent): Told | undefined {
  const tell = TELLERS[event.kind] as ((told: RuntimeEvent) => Told | undefined) | undefined;
  return tell?.(event);
}

/** Whether the tree is not the same any more. */
export function changesTree({ kind }: RuntimeEvent): boolean {
  return kind !== 'message_dropped' && kind !== 'process_crashed';
}
