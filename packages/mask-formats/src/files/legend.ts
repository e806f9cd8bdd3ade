/** Which pixel says which label. */
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { LegendEntry } from '../formats/format.js';
import type { Colour } from './indexed-png.js';
import { checked, invalid } from './invalid.js';
import { readJson } from './json.js';

/** Name of the file beside masks. */
export const legendFile = 'legend.json';

const channel = z.int().min(0).max(255);
const entrySchema = z.object({
  label: z.string(),
  colour: z
    .union([
      z.tuple([channel, channel, channel]),
      z.string().regex(/^#[0-9a-f]{6}$/i, 'a colour is #rrggbb or [red, green, blue]'),
    ])
    .transform((colour): Colour => (typeof colour === 'string' ? parsed(colour) : colour))
    .optional(),
  index: channel.optional(),
});
const legendSchema = z.looseObject({ labels: z.array(entrySchema).max(256) });

/** The legend of a folder, if there is one. @throws FoveateError `DATA_INVALID` with the path of what is wrong */
export async function readLegend(folder: string): Promise<readonly LegendEntry[] | undefined> {
  const path = join(folder, legendFile);
  return existsSync(path) ? readLegendFile(path) : undefined;
}

/**
 * A legend: `{ "labels": [{ "label": "teeth", "colour": "#0000ff" }, { "label": "rough", "index": 2 }] }`.
 * @throws FoveateError `PATH_MISSING`, or `DATA_INVALID` with the path of what is wrong
 */
export async function readLegendFile(path: string): Promise<readonly LegendEntry[]> {
  const { labels } = checked(legendSchema as z.ZodType<z.infer<typeof legendSchema>>, await readJson(path), path);
  return labels.map(({ label, colour, index }) => ({
    label,
    ...(colour === undefined ? {} : { colour }),
    ...(index === undefined ? {} : { index }),
  }));
}

function parsed(text: string): Colour {
  const value = parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The colour that Pascal VOC gives a number: the bits of the number, spread over the channels from the top. */
export function paletteColour(index: number): Colour {
  const colour: [number, number, number] = [0, 0, 0];
  for (let bit = 0; bit < 8; bit++) {
    for (const at of [0, 1, 2] as const) colour[at] |= ((index >> (3 * bit + at)) & 1) << (7 - bit);
  }
  return colour;
}

/** Numbers and colours for labels as they come; those of a given legend stay. */
export class Legend {
  readonly #entries = new Map<string, { readonly label: string; readonly index: number; readonly colour: Colour }>();
  readonly #fixed: readonly LegendEntry[];
  #next = 1;

  constructor(fixed: readonly LegendEntry[] = []) {
    this.#fixed = fixed;
  }

  get entries(): readonly { readonly label: string; readonly index: number; readonly colour: Colour }[] {
    return [...this.#entries.values()].sort((a, b) => a.index - b.index);
  }

  /** @throws FoveateError `DATA_INVALID` after 255 labels: there are no more numbers */
  indexOf(label: string): number {
    const known = this.#entries.get(label);
    if (known !== undefined) return known.index;
    const fixed = this.#fixed.find((entry) => entry.label === label);
    const taken = new Set([...this.#fixed, ...this.#entries.values()].map(({ index }) => index));
    while (taken.has(this.#next)) this.#next++;
    const index = fixed?.index ?? this.#next;
    if (index > 254) {
      throw invalid({ what: 'There are more labels than numbers of pixels', expected: 'at most 254', reason: 'labels-too-many', advice: 'Write binary masks' }); // prettier-ignore
    }
    this.#entries.set(label, { label, index, colour: fixed?.colour ?? paletteColour(index) });
    return index;
  }

  /** The legend as a file. */
  toJson(layout: string): string {
    return `${JSON.stringify({ layout, labels: this.entries }, undefined, 1)}\n`;
  }
}
