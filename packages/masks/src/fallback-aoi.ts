import { definePlugin, fail, isFoveateError, type BuiltPlugin } from '@foveate/contracts';
import { z } from 'zod';

/** The first of several areas of interest that an image has: those from a store, say, then a network's, then a template. */
export const fallbackAoi = definePlugin({
  meta: {
    kind: 'aoi',
    id: 'fallback',
    contract: '^2',
    summary: 'The first of several that has an area for the image.',
  },
  options: z.strictObject({
    of: z
      .array(z.unknown() as z.ZodType<BuiltPlugin<'aoi'>>)
      .min(1)
      .describe('Areas of interest, the first choice first. A list in place of one plugin means the same.'),
  }),
  slots: { of: 'aoi' },
  register: ({ of }) => ({
    areaOfInterest: async (sample, images) => {
      const reasons: string[] = [];
      for (const { id, service } of of) {
        try {
          const found = await service.areaOfInterest(sample, images);
          return { ...found, origin: found.origin ?? { source: id } };
        } catch (error) {
          // What is wrong with the sample, not with the plugin or its files, lets the next one try.
          if (!isFoveateError(error) || error.code !== 'DATA_INVALID') throw error;
          reasons.push(`${id}: ${error.message}`);
        }
      }
      throw fail({
        code: 'DATA_INVALID',
        what: `Nothing gives an area of interest for '${sample.id}': ${reasons.join(' ')}`,
        reason: 'aoi-missing',
        advice: "Draw its mask, or put a template at the end of 'data.aoi'",
      });
    },
  }),
});
