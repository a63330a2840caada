import { type Attributes, SpanKind, type SpanOptions } from '@opentelemetry/api';
import type { MessageSort } from '../runtime-figures/message-times.js';

/** A span that is to be made. */
export interface SpanPlan {
  readonly name: string;
  readonly options: SpanOptions & { readonly attributes: Attributes };
}

/** The spans of one sort of message. */
export interface SpanPlans {
  /** Of its sender; undefined for what needs none. */
  readonly sent: SpanPlan | undefined;
  /** Of its handling. */
  readonly handled: SpanPlan;
}

const SYSTEM = 'rookery';

/**
 * By OpenTelemetry's semantic conventions: a call is a remote procedure call, with a client's and a server's span; a cast, and any other message that somebody
 * sends, is a message, with a producer's and a consumer's. What a server does on its own is internal. Names have classes, not processes, so that they are few.
 */
export function spanPlans({ kind, className, message }: MessageSort): SpanPlans {
  if (kind === 'call') return callPlans(`${className}/${message}`);
  if (kind === 'cast') return messagePlans(className, 'cast', `${className}/${message}`, message);
  if (kind === 'info' && message !== 'timer') return messagePlans(className, 'send', className, message);
  const attributes = { 'rookery.class': className, 'rookery.message.kind': kind, 'rookery.message.name': message };
  return {
    sent: undefined,
    handled: { name: `${className} ${message}`, options: { kind: SpanKind.INTERNAL, attributes } },
  };
}

function callPlans(method: string): SpanPlans {
  const attributes = { 'rpc.system.name': SYSTEM, 'rpc.method': method };
  return {
    sent: { name: method, options: { kind: SpanKind.CLIENT, attributes } },
    handled: { name: method, options: { kind: SpanKind.SERVER, attributes } },
  };
}

function messagePlans(className: string, operation: 'cast' | 'send', destination: string, message: string): SpanPlans {
  const common = {
    'messaging.system': SYSTEM,
    'messaging.destination.template': className,
    'rookery.message.name': message,
  };
  const sent = { ...common, 'messaging.operation.name': operation, 'messaging.operation.type': 'send' };
  const handled = { ...common, 'messaging.operation.name': 'process', 'messaging.operation.type': 'process' };
  return {
    sent: { name: `${operation} ${destination}`, options: { kind: SpanKind.PRODUCER, attributes: sent } },
    handled: { name: `process ${destination}`, options: { kind: SpanKind.CONSUMER, attributes: handled } },
  };
}
