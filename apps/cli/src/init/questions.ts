/** Questions to whoever sits at the terminal. */
import { createInterface, type Interface } from 'node:readline/promises';

/** Asks on one stream and reads answers from another. An empty answer is the first choice, or the proposal. */
export class Questions {
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  readonly #output: NodeJS.WritableStream;

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
    this.#lines = createInterface({ input });
    this.#answers = this.#lines[Symbol.asyncIterator]();
    this.#output = output;
  }

  /** A text. */
  async text(question: string, proposal: string): Promise<string> {
    const answer = await this.#ask(`${question} (${proposal}) `);
    return answer === '' ? proposal : answer;
  }

  /** One of several, by its number or its name. */
  async choice<T extends string>(
    question: string,
    choices: readonly T[],
    words: readonly string[] = choices,
  ): Promise<T> {
    this.#output.write(`${question}\n${words.map((word, index) => `  ${String(index + 1)}  ${word}\n`).join('')}`);
    for (;;) {
      const answer = await this.#ask('Number (1): ');
      const chosen =
        answer === '' ? choices[0] : (choices.find((one) => one === answer) ?? choices[Number(answer) - 1]);
      if (chosen !== undefined) return chosen;
      this.#output.write(`Give a number from 1 to ${String(choices.length)}.\n`);
    }
  }

  /** Yes or no; an empty answer is no. */
  async yes(question: string): Promise<boolean> {
    return /^y(es)?$/i.test(await this.#ask(`${question} [y/N] `));
  }

  async #ask(text: string): Promise<string> {
    this.#output.write(text);
    const { value, done } = await this.#answers.next();
    // Whoever closes the input has said all there is to say.
    if (done === true) this.#output.write('\n');
    return typeof value === 'string' ? value.trim() : '';
  }

  close(): void {
    this.#lines.close();
  }
}
