import { type RequestName, requests } from './protocol.js';

/** What came over a socket, for Nest's adapter, which finds the handler by `event`. */
export interface Frame {
  readonly event: RequestName | typeof UNKNOWN | typeof UNREADABLE;
  readonly data: object;
}

/** There is no such request. */
export const UNKNOWN = 'unknown';
/** No text, no JSON, or not of the form `{ "event": …, "data": … }`. */
export const UNREADABLE = 'unreadable';

/** Reads a message, and never throws: by itself, the adapter drops what it cannot read without a word to the client. */
export function readFrame(raw: unknown): Frame {
  const message = typeof raw === 'string' ? parsed(raw) : undefined;
  if (!isObject(message) || typeof message['event'] !== 'string' || !isObject(message['data'])) {
    return { event: UNREADABLE, data: {} };
  }
  const { event, data } = message;
  return { event: isRequestName(event) ? event : UNKNOWN, data };
}

/** The number of a request, if it has one that an answer can carry. */
export function refOf(data: unknown): number | null {
  const ref = isObject(data) ? data['ref'] : undefined;
  return typeof ref === 'number' && Number.isSafeInteger(ref) && ref >= 0 ? ref : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the client is told
  }
}

function isRequestName(event: string): event is RequestName {
  return Object.hasOwn(requests, event);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
