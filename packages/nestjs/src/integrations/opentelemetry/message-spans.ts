import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import type { MessageFollower, MessageTrail, SentMessage, UndeliveredMessage } from '@rookery/genserver';
import { Sorts } from '../runtime-figures/message-times.js';
import type { CrashedSpans } from './crashed-spans.js';
import { failCall } from './span-errors.js';
import { type SpanPlan, type SpanPlans, spanPlans } from './span-plans.js';
import { ContextTrail, type Handling, SpanTrail } from './span-trail.js';

/** Which spans are made. */
export interface SpanSettings {
  readonly requireParentSpan: boolean;
  readonly ignore: ((message: SentMessage) => boolean) | undefined;
  readonly attributes: ((message: SentMessage) => Attributes) | undefined;
  /** Whether the runtime's own async contexts go through mailboxes. */
  readonly asyncContext: boolean;
}

/** Work of the runtime itself: its requests, and its orders to stop. */
const OWN_KINDS: ReadonlySet<string> = new Set(['sys', 'stop']);
/** What comes by a clock. It begins a trace, or an interval would add to that of who started it for ever. */
const TIMEOUTS: ReadonlySet<string> = new Set(['timeout', 'state_timeout', 'event_timeout', 'named_timeout']);

/** Makes the spans of messages. The sampler is asked when a message is sent; what it drops costs no more than the asking. */
export class MessageSpans implements MessageFollower {
  readonly #tracer: Tracer;
  readonly #settings: SpanSettings;
  readonly #crashed: CrashedSpans;
  readonly #sorts = new Sorts();
  readonly #plans = new Map<object, SpanPlans>();

  constructor(tracer: Tracer, settings: SpanSettings, crashed: CrashedSpans) {
    this.#tracer = tracer;
    this.#settings = settings;
    this.#crashed = crashed;
  }

  readonly sent = (message: SentMessage): MessageTrail | undefined => {
    const parent = context.active();
    if (OWN_KINDS.has(message.kind)) return undefined;
    if (isDropped(parent) || this.#isIgnored(message, parent)) return this.#carry(parent, parent);
    const { sent, handled } = this.#plansOf(message);
    if (sent === undefined) return this.#ownSpan(message, handled, parent);
    const span = this.#tracer.startSpan(sent.name, sent.options, parent);
    if (!span.isRecording()) {
      // Not sampled: what the handler does is not, either. Without any tracer there is nothing to tell it.
      return this.#carry(span.spanContext() === INVALID_SPAN_CONTEXT ? parent : trace.setSpan(parent, span), parent);
    }
    this.#identify(span, message);
    const sending = trace.setSpan(parent, span);
    if (message.kind === 'call') return this.#trail(message, handled, { parent: sending, caller: span });
    span.end(); // in the mailbox it is at once
    return this.#trail(message, handled, { parent: sending, link: span.spanContext() });
  };

  readonly received = (message: SentMessage): MessageTrail | undefined => {
    const { kind, name } = message;
    if (OWN_KINDS.has(kind)) return undefined;
    const { asyncContext, requireParentSpan } = this.#settings;
    const active = asyncContext ? context.active() : ROOT_CONTEXT; // without, it is that of who made the runtime
    if (TIMEOUTS.has(kind) || (kind === 'info' && name === 'timer')) {
      const parent = trace.deleteSpan(active);
      if (requireParentSpan || this.#isIgnored(message, parent)) return new ContextTrail(parent);
      return this.#trail(message, this.#plansOf(message).handled, { parent, link: trace.getSpanContext(active) });
    }
    // News is told in the context of who made the runtime, too: a span that is there has nothing to do with it.
    const isNews = kind === 'exit' || (kind === 'info' && name === 'down');
    if (isNews || !asyncContext) return new ContextTrail(ROOT_CONTEXT);
    return this.#isIgnored(message, active)
      ? undefined
      : this.#ownSpan(message, this.#plansOf(message).handled, active);
  };

  readonly undelivered = ({ kind, name, process }: UndeliveredMessage, error: unknown): void => {
    const parent = context.active();
    if (this.#settings.requireParentSpan && trace.getSpanContext(parent) === undefined) return;
    const { sent } = spanPlans({ kind, message: name, className: NOBODY });
    if (sent === undefined || OWN_KINDS.has(kind)) return;
    const span = this.#tracer.startSpan(sent.name, sent.options, parent);
    span.setAttribute('rookery.process.name', process);
    if (error !== undefined) failCall(span, error);
    else span.setAttribute('error.type', 'dead_letter').setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  };

  /** What a server does on its own is a part of a trace; only its start may begin one. */
  #ownSpan(message: SentMessage, plan: SpanPlan, parent: Context): MessageTrail | undefined {
    const isPart = ((trace.getSpanContext(parent)?.traceFlags ?? TraceFlags.NONE) & TraceFlags.SAMPLED) !== 0;
    return isPart || message.kind === 'start' ? this.#trail(message, plan, { parent }) : this.#carry(parent, parent);
  }

  #trail(message: SentMessage, { name, options }: SpanPlan, { parent, link, caller }: Origin): SpanTrail {
    const begin = (): Handling => {
      const linked = link === undefined ? options : { ...options, links: [{ context: link }] };
      const span = this.#tracer.startSpan(name, linked, parent);
      if (span.isRecording()) this.#identify(span, message);
      return { span, context: trace.setSpan(parent, span) };
    };
    return new SpanTrail(begin, this.#crashed, message.pid, caller);
  }

  /** The runtime does it by itself where it can. */
  #carry(carried: Context, active: Context): MessageTrail | undefined {
    return carried === active && this.#settings.asyncContext ? undefined : new ContextTrail(carried);
  }

  #isIgnored(message: SentMessage, parent: Context): boolean {
    const { requireParentSpan, ignore } = this.#settings;
    if (requireParentSpan && trace.getSpanContext(parent) === undefined) return true;
    return ignore !== undefined && ignore(message);
  }

  /** What is only of interest where it is kept. */
  #identify(span: Span, message: SentMessage): void {
    const { kind, isNamed, pid } = message;
    const name = isNamed ? message.process : message.className;
    span.setAttribute('rookery.process.name', name);
    span.setAttribute('rookery.process.pid', pid);
    if (kind === 'cast' || kind === 'info') span.setAttribute('messaging.destination.name', name);
    const { attributes } = this.#settings;
    if (attributes !== undefined) span.setAttributes(attributes(message));
  }

  #plansOf(message: SentMessage): SpanPlans {
    const sort = this.#sorts.of(message);
    let plans = this.#plans.get(sort);
    if (plans === undefined) this.#plans.set(sort, (plans = spanPlans(sort)));
    return plans;
  }
}

/** Below a span of this process that was not sampled nothing is: the sampler is not asked again, as asking is what costs. */
function isDropped(parent: Context): boolean {
  const span = trace.getSpan(parent);
  if (span === undefined || span.isRecording()) return false;
  const { traceFlags, isRemote, traceId } = span.spanContext();
  return (traceFlags & TraceFlags.SAMPLED) === 0 && isRemote !== true && traceId !== INVALID_SPAN_CONTEXT.traceId;
}

const NOBODY = '(nobody)';

/** Where a message comes from. */
interface Origin {
  readonly parent: Context;
  readonly link?: SpanContext | undefined;
  readonly caller?: Span;
}
