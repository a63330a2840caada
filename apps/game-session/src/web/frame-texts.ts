/** News as text, made once for all who get them: a lobby that a thousand watch is one text, not a thousand. */
export class FrameTexts {
  readonly #texts = new WeakMap<object, string>();

  of(event: string, data: unknown): string {
    if (typeof data !== 'object' || data === null) return JSON.stringify({ event, data });
    const text = this.#texts.get(data) ?? JSON.stringify({ event, data });
    this.#texts.set(data, text);
    return text;
  }
}
