/** A process that does one work when it is asked to. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Longest wait for one answer. */
const patienceMs = 300_000;

export class Side {
  #child;
  #answers;
  #noise = '';

  constructor(command, args) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (data) => (this.#noise = (this.#noise + data).slice(-2000)));
    // A process that has ended says so by its answers.
    this.#child.stdin.on('error', () => undefined);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line it says. */
  async answer() {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    const { value, done } = await this.#answers.next();
    clearTimeout(timer);
    if (done) throw new Error(`It ended early: ${this.#noise.trim().split('\n').slice(-3).join(' | ')}`);
    return JSON.parse(value);
  }

  /** @returns milliseconds a step, and the largest resident memory so far in bytes */
  round(steps) {
    this.#child.stdin.write(`${steps}\n`);
    return this.answer();
  }

  close() {
    this.#child.stdin.end();
    this.#child.kill();
  }
}
