import { GenServerError } from '../errors.js';

/** The server's mailbox has a limit and is full: the call was dropped, the server never saw it. Nothing else of it has changed. */
export class OverloadedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_OVERLOADED';

  constructor(
    readonly server: string,
    readonly request: string,
    /** How many messages may wait. */
    readonly limit: number,
  ) {
    super(
      `"${request}" was dropped: the mailbox of ${server} is full, with ${limit} ${limit === 1 ? 'message' : 'messages'}. ` +
        'Send less, retry later, make its handlers faster, spread the load over several servers, or raise `mailbox.limit`.',
    );
  }
}
