import type { ExecutionContext } from '@nestjs/common';
import { ClientLeftException } from './errors.js';

/** What is read of a response: Node's own, which Express's is and Fastify's has as `raw`. */
interface NodeResponse {
  readonly destroyed?: boolean;
  readonly writableFinished?: boolean;
  /** All that HTTP/2 says. */
  readonly writableEnded?: boolean;
  on?(event: 'close', listener: () => void): unknown;
  off?(event: 'close', listener: () => void): unknown;
}

/** Who waits for the answer to one request. */
export class Client {
  readonly #controller = new AbortController();
  readonly #response: NodeResponse;
  #isServed = false;

  constructor(context: ExecutionContext) {
    const response = context.switchToHttp().getResponse<NodeResponse & { readonly raw?: NodeResponse }>();
    this.#response = response.raw ?? response;
    if (this.#response.destroyed === true) this.#onClose();
    else this.#response.on?.('close', this.#onClose);
  }

  /** It does not wait any more, or something before it does not: an interceptor with a time limit, say. */
  leave(): void {
    if (!this.#isServed) this.#controller.abort(new ClientLeftException());
  }

  /** Fires when the client leaves before its answer is complete. Its reason is a ClientLeftException. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** It has its answer, or an error: it is not watched any more. */
  release(): void {
    this.#isServed = true;
    this.#response.off?.('close', this.#onClose);
  }

  // Also when the answer is complete; nobody left then.
  readonly #onClose = (): void => {
    const { writableFinished, writableEnded } = this.#response;
    if ((writableFinished ?? writableEnded) !== true) this.leave();
  };
}
