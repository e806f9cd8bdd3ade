/** What a network has marked before, kept beside it. A pure cache: it changes how long a run takes, never what comes out. */
import type { Raster } from '@foveate/contracts';
import { makeFolder, readRegularFile, resolveInside, writeAtomically } from '@foveate/contracts/node';
import { decodeImage, encodePng } from '@foveate/image';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { MaskFinish } from './finish.js';
import type { AreaProposal, Proposals, Segmenter } from './segmenter.js';

/** Bytes of the largest entry that is read. */
const largest = 2 ** 26;

const entry = z.record(z.string(), z.object({ confidence: z.number().min(0).max(1), png: z.base64() }));

/** Proposals by the content of images: `proposals/<network and finish>/<image>.json`, masks as PNG. */
export class ProposalCache {
  /** The network's own folder. */
  readonly #root: string;
  /** Within it. */
  readonly #below: string;
  readonly #areas: readonly string[];

  /** @param place the network's folder or file */
  constructor(place: string, { hash, areas }: Pick<Segmenter, 'hash' | 'areas'>, finish: MaskFinish) {
    this.#areas = areas;
    this.#root = statSync(place).isDirectory() ? place : dirname(place);
    this.#below = join('proposals', sha256(`${hash} ${JSON.stringify(finish)}`).slice(0, 16));
  }

  /** @returns undefined when there is nothing that can be used */
  async read(image: Raster): Promise<Proposals | undefined> {
    try {
      const text = (await readRegularFile(this.#fileOf(image), largest)).toString();
      const found = entry.parse(JSON.parse(text));
      const areas = this.#areas.map(async (name) => [name, await decoded(found[name], image)] as const);
      return Object.fromEntries(await Promise.all(areas));
    } catch {
      return undefined;
    }
  }

  /** Where the disk is full or read-only, nothing is kept. */
  async write(image: Raster, proposals: Proposals): Promise<void> {
    const areas = Object.entries(proposals).map(async ([name, { mask, confidence }]) => {
      const png = Buffer.from(await encodePng(mask)).toString('base64');
      return [name, { confidence, png }] as const;
    });
    const text = JSON.stringify(Object.fromEntries(await Promise.all(areas)) satisfies z.output<typeof entry>);
    try {
      await makeFolder(resolveInside(this.#root, this.#below));
      await writeAtomically(this.#fileOf(image), text);
    } catch {
      // The next run asks the network again.
    }
  }

  #fileOf({ width, height, channels, data }: Raster): string {
    const hash = createHash('sha256')
      .update(`${String(width)}x${String(height)}x${String(channels)} `)
      .update(data);
    return resolveInside(this.#root, join(this.#below, `${hash.digest('hex')}.json`));
  }
}

async function decoded(
  area: z.output<typeof entry>[string] | undefined,
  { width, height }: Raster,
): Promise<AreaProposal> {
  if (area === undefined) throw new Error('an area that is not there');
  const { confidence, png } = area;
  const raster = await decodeImage(Buffer.from(png, 'base64'), { maxPixels: width * height });
  if (raster.width !== width || raster.height !== height) throw new Error('a mask of another size');
  const data = new Uint8Array(width * height);
  for (let pixel = 0; pixel < data.length; pixel++)
    data[pixel] = raster.data[pixel * raster.channels] === 255 ? 255 : 0;
  return { confidence, mask: { width, height, channels: 1, data } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
