/** What 16-bit images of a data set hold, and whether enough of it is left in the 8 bits that a network sees. */
import type { SampleDepth } from '@foveate/contracts';

/** Grey levels below which an image counts as too dark: of 14 bits in 16 there are 65 left. */
const fewLevels = 80;

/** What was found in the 16-bit images of a data set. */
export interface DepthFound {
  /** How many there are. */
  readonly images: number;
  /** Their highest sample, in [0, 65535]. */
  readonly highest: number;
  /** Samples that became 0 and 255. */
  readonly range: SampleDepth['range'];
  /** What is wrong with that range, with what to do; undefined when nothing is. */
  readonly warning: string | undefined;
}

/** Collects the depths of images. */
export class Depths {
  readonly #highest: number[] = [];
  #range: SampleDepth['range'] = [0, 65535];

  /** @param depth undefined for an image of 8 bits */
  add(depth: SampleDepth | undefined): void {
    if (depth === undefined) return;
    this.#highest.push(depth.highest);
    this.#range = depth.range;
  }

  /** undefined when no image has 16 bits. */
  get found(): DepthFound | undefined {
    const images = this.#highest.length;
    if (images === 0) return undefined;
    const [black, white] = this.#range;
    const levels = (value: number) => Math.round((255 * (Math.min(value, white) - black)) / (white - black)) + 1;
    const dark = this.#highest.filter((value) => levels(value) < fewLevels);
    const cut = this.#highest.filter((value) => value > white);
    const brightest = highestOf(dark);
    const warning =
      2 * dark.length > images
        ? `${portion(dark.length, images)} hold no value above ${String(brightest)}, of ${String(white)}: ` +
          `${String(Math.max(1, levels(brightest)))} of 256 grey levels are left. Set ${rangeFor(brightest)} in data.source if the camera has no more bits`
        : cut.length > 0
          ? `${portion(cut.length, images)} hold values above ${String(white)}, up to ${String(highestOf(cut))}, which become white. Set ${rangeFor(highestOf(cut))} in data.source if they count`
          : undefined;
    return { images, highest: highestOf(this.#highest), range: this.#range, warning };
  }
}

function portion(count: number, all: number): string {
  return count === all
    ? `The ${String(all)} images of 16 bits`
    : `${String(count)} of ${String(all)} images of 16 bits`;
}

/** The usual depths of cameras: the least that holds a value. */
function rangeFor(highest: number): string {
  const bits = [8, 10, 12, 14].find((one) => highest < 2 ** one) ?? 16;
  return `valueRange: [0, ${String(2 ** bits - 1)}]`;
}

function highestOf(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
