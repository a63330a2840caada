import type { Computer, Question } from '../../src/computer/computer.js';
import type { Column } from '../../src/rules/connect-four.js';

/** A computer that thinks until the test says what it has found. */
export class FakeComputer implements Pick<Computer, 'choose'> {
  /** All that it was asked, the latest last. */
  readonly questions: Question[] = [];
  readonly #answers: { readonly resolve: (column: Column) => void; readonly reject: (error: Error) => void }[] = [];

  choose(question: Question): Promise<Column> {
    this.questions.push(question);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  /** Answers a question, by default the latest. */
  answer(column: Column, question = this.questions.length - 1): void {
    this.#answers[question]?.resolve(column);
  }

  fail(error: Error): void {
    this.#answers.at(-1)?.reject(error);
  }
}
