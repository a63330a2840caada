/** What the function of a call is given. It may be taken apart. */
export interface CallContext {
  /** Of this call alone. Fires when its time is up, or its caller cancels it. Pass it on to what the function waits for. */
  readonly signal: AbortSignal;
}

/** Makes the signal only when someone asks for it: most functions do not. */
export class LazyContext implements CallContext {
  #controller: AbortController | undefined;
  #end: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#end !== undefined) this.#controller.abort(this.#end.reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#end = { reason };
    this.#controller?.abort(reason);
  }
}
