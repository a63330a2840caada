import { formatReason, type RuntimeEvent } from '@rookery/genserver';
import type { TreeEventView } from '../web/protocol.js';

/** What people are told of an event of the runtime; undefined: it is not worth a line. */
export function treeEvent(event: RuntimeEvent, at: number): TreeEventView | undefined {
  switch (event.kind) {
    case 'process_crashed':
      return { at, kind: 'crashed', text: `${event.process} crashed: ${formatReason(event.reason)}` };
    case 'process_exited':
      if (event.reason.kind !== 'killed') return undefined; // crashes are told above, and an ordinary end is no news
      return { at, kind: 'killed', text: `${event.process} was killed` };
    case 'child_restarted':
      return {
        at,
        kind: 'restarted',
        text: `${event.supervisor} restarted ${event.child} (restart ${event.restarts})`,
      };
    case 'child_restart_scheduled': {
      const { child, supervisor, delayMs } = event;
      return { at, kind: 'put_off', text: `${supervisor} restarts ${child} in ${Math.round(delayMs)} ms` };
    }
    case 'child_start_failed':
      return { at, kind: 'start_failed', text: `${event.child} did not start: ${formatReason(event.reason)}` };
    case 'supervisor_gave_up':
      return { at, kind: 'gave_up', text: `${event.supervisor} gave up: ${event.child} was restarted too often` };
    case 'process_started':
    case 'child_started':
    case 'child_exited':
    case 'child_shutdown_failed':
    case 'supervisor_auto_shutdown':
    case 'application_started':
    case 'application_callback_failed':
    case 'application_stopped':
    case 'message_dropped':
      return undefined;
  }
}

/** Whether the tree is not the same any more. */
export function changesTree({ kind }: RuntimeEvent): boolean {
  return kind !== 'message_dropped' && kind !== 'process_crashed';
}
