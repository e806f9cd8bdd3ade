import { definePlugin, fail, type AreaOfInterest, type Mask, type Sample } from '@foveate/contracts';
import { maskArea, unionOf } from '@foveate/image';
import { resolve } from 'node:path';
import { z } from 'zod';
import { maskFinish } from './finish.js';
import { ProposalCache } from './proposal-cache.js';
import { requireAreas } from './require-areas.js';
import { openSegmenter } from './segmenter.js';

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** The area of interest that a trained network marks. */
export const networkAoi = definePlugin({
  meta: {
    kind: 'aoi',
    id: 'network',
    contract: '^2',
    summary: 'The area that a trained segmentation network marks.',
  },
  options: z.strictObject({
    path: z.string().min(1).describe('Folder of a trained segmenter, or its segmenter.onnx.'),
    area: names
      .optional()
      .describe('Name of the area, or of several that count as one; left out, all areas that the network knows.'),
    leastConfidence: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('Confidence (IoU to be expected) below which an image has no area of interest.'),
    finish: maskFinish.prefault({}).describe('What is done to a marked area.'),
    cache: z.boolean().default(true).describe('Keep what was marked beside the network, by the content of images.'),
  }),
  register: async ({ path, area, leastConfidence, finish, cache }, { baseFolder }) => {
    const place = resolve(baseFolder, path);
    // One thread: the pipeline has images marked in several workers at once.
    const segmenter = await openSegmenter(place, { finish, threads: 1 });
    const wanted = area === undefined ? segmenter.areas : [area].flat();
    requireAreas(wanted, segmenter, place);
    const kept = cache ? new ProposalCache(place, segmenter, finish) : undefined;
    return {
      areaOfInterest: async (sample, { image }): Promise<AreaOfInterest> => {
        const before = await kept?.read(image);
        const proposals = before ?? (await segmenter.propose(image));
        if (before === undefined) await kept?.write(image, proposals);
        const found = wanted.flatMap((name) => proposals[name] ?? []);
        const confidence = Math.min(...found.map((one) => one.confidence));
        if (confidence < leastConfidence) throw unsure(sample, confidence, leastConfidence);
        const [first, ...others] = found.map((one) => one.mask) as [Mask, ...Mask[]];
        const mask = unionOf(first, ...others);
        if (maskArea(mask) === 0) throw nothing(sample);
        return { ...mask, origin: { source: 'network', detail: `${path} ${segmenter.hash.slice(0, 12)}`, confidence } };
      },
    };
  },
});

function unsure({ id }: Sample, confidence: number, least: number) {
  return fail({
    code: 'DATA_INVALID',
    what: `The network is not sure where the area of interest of '${id}' is: confidence ${confidence.toFixed(2)}, at least ${String(least)} is needed`,
    reason: 'aoi-unsure',
    advice:
      "Draw its mask, train the network with more masks like it, or put a template behind the network in 'data.aoi'",
  });
}

function nothing({ id }: Sample) {
  return fail({
    code: 'DATA_INVALID',
    what: `The network marks nothing in '${id}'`,
    reason: 'aoi-empty',
    advice: 'Draw its mask, or leave the image out',
  });
}
