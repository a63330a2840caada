/** The status of a probe; `refused` when nobody is there. */
type Answer = number | 'refused';

const PERIOD_MS = 50;
/** For what never comes: nothing waits this long when all is well. */
const LIMIT_MS = 45_000;

/** Asks paths every 50 ms, and notes the sequence of what each answers. */
export class Sampler {
  readonly #sequences = new Map<string, Answer[]>();
  readonly #timer: NodeJS.Timeout;
  #isAsking = false;

  constructor(
    private readonly url: string,
    private readonly paths: readonly string[],
  ) {
    for (const path of paths) this.#sequences.set(path, []);
    this.#timer = setInterval(() => void this.#askAll(), PERIOD_MS);
  }

  /** Each answer once, in the order in which they came. */
  sequence(path: string): readonly Answer[] {
    return this.#sequences.get(path) ?? [];
  }

  /** Waits until the latest answer is this one. */
  async until(path: string, answer: Answer): Promise<void> {
    for (const end = performance.now() + LIMIT_MS; this.sequence(path).at(-1) !== answer;) {
      if (performance.now() > end) {
        throw new Error(`${path} did not come to answer "${answer}": ${this.sequence(path).join(', ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One after another: a slow machine must not be asked more and more. */
  async #askAll(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    await Promise.all(this.paths.map((path) => this.#ask(path)));
    this.#isAsking = false;
  }

  async #ask(path: string): Promise<void> {
    const answer = await this.#answerOf(path);
    const sequence = this.#sequences.get(path);
    if (sequence?.at(-1) !== answer) sequence?.push(answer);
  }

  async #answerOf(path: string): Promise<Answer> {
    try {
      const response = await fetch(`${this.url}${path}`, { headers: { connection: 'close' } });
      await response.text();
      return response.status;
    } catch {
      return 'refused';
    }
  }
}
