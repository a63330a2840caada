/** Why somebody may not do what they ask for, whatever they ask for. */
export type AccessReason =
  'unauthorized' | 'forbidden' | 'chaos_off' | 'rate_limited' | 'too_many_sockets' | 'unknown_event' | 'restarting';

const MESSAGES: Readonly<Record<AccessReason, string>> = {
  unauthorized: 'Say who you are with a token. POST /api/players gives one.',
  forbidden: 'This is for operators: it takes the operator token.',
  chaos_off: 'Chaos is switched off here.',
  rate_limited: 'Too many requests. Slow down a little.',
  too_many_sockets: 'You have too many windows open.',
  unknown_event: 'There is no such request.',
  restarting: 'This server stops. Connect again in a moment: your games go on.',
};

/** Refused at the door. `reason` is for programs, the message for people. */
export class AccessError extends Error {
  override readonly name = 'AccessError';

  constructor(
    readonly reason: AccessReason,
    /** When another try makes sense, if it is known. */
    readonly retryAfterMs?: number,
  ) {
    super(MESSAGES[reason]);
  }
}
