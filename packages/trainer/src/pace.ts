/** Speed and time left, for the progress bar. */

/** Running means over the steps of this process. The first step, which traces the program, counts only until there is a second. */
export class Pace {
  #first: { readonly samples: number; readonly seconds: number } | undefined;
  #samples = 0;
  #seconds = 0;
  #steps = 0;
  #validations = 0;
  #validationSeconds = 0;

  /** Tells of a finished step. */
  step(samples: number, seconds: number): void {
    if (this.#first === undefined) {
      this.#first = { samples, seconds };
      return;
    }
    this.#samples += samples;
    this.#seconds += seconds;
    this.#steps++;
  }

  /** Tells of a finished validation. */
  validation(seconds: number): void {
    this.#validations++;
    this.#validationSeconds += seconds;
  }

  /** 0 before the first step. */
  imagesPerSecond(): number {
    const { samples, seconds } =
      this.#steps > 0
        ? { samples: this.#samples, seconds: this.#seconds }
        : (this.#first ?? { samples: 0, seconds: 1 });
    return samples / Math.max(seconds, 1e-9);
  }

  /** Validations count as nothing until the first is over. */
  secondsLeft(steps: number, validations: number): number {
    const perStep = this.#steps > 0 ? this.#seconds / this.#steps : (this.#first?.seconds ?? 0);
    const perValidation = this.#validations > 0 ? this.#validationSeconds / this.#validations : 0;
    return steps * perStep + validations * perValidation;
  }
}
