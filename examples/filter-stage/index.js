// A stage between ours: leaves out dark images, each with its reason.
import { defineStage } from '@foveate/contracts';
import { mergeMap } from 'rxjs';
import { z } from 'zod';

/** Mean of all bytes of an image. */
function brightness({ data }) {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

/** The operator, for pipelines in code as well: labelled samples in, the bright ones and skips out. */
export const brightEnough = (getSource, least) => (items) =>
  items.pipe(
    mergeMap(async (item) => {
      // What is no sample (a skip, a cluster of duplicates) is handed on.
      if (!('sample' in item)) return item;
      const { image } = await (await getSource()).load(item.sample);
      const found = brightness(image);
      if (found >= least) return item;
      const message = `Brightness ${found.toFixed(1)} is below ${least}`;
      return { skip: { path: item.sample.files?.[0] ?? item.sample.id, reason: 'too-dark', message } };
    }, 4),
  );

export const brightEnoughStage = defineStage({
  meta: { kind: 'stage', id: 'bright-enough', contract: '^2', summary: 'Leaves out dark images.' },
  takes: 'labelled-sample',
  gives: 'labelled-sample',
  options: z.strictObject({ least: z.number().default(60).describe('Mean brightness from 0 to 255.') }),
  register: ({ least }, context) => brightEnough(() => context.get('source'), least),
});
