import { definePlugin, fail, nearestNames, type AoiOrigin, type Mask, type Sample } from '@foveate/contracts';
import { unionOf } from '@foveate/image';
import { hashImageFile, hashPixels, openMaskStore, type MaskEntry, type MaskStore } from '@foveate/mask-store';
import { resolve } from 'node:path';
import { z } from 'zod';
import { checked } from './_checked.js';

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** Masks of a store: drawn, imported, registered or proposed, and accepted. */
export const storeAoi = definePlugin({
  meta: {
    kind: 'aoi',
    id: 'store',
    contract: '^2',
    summary: 'The masks of areas that a mask store has for each image.',
  },
  options: z.strictObject({
    path: z.string().min(1).describe('Folder of the mask store.'),
    area: names
      .optional()
      .describe('Name of the area, or of several that count as one; left out, all areas of the image.'),
    leastConfidence: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Confidence from which masks count that are only proposed; left out, accepted ones alone.'),
  }),
  register: async ({ path, area, leastConfidence = Infinity }, { baseFolder }) => {
    const store = await openMaskStore(resolve(baseFolder, path));
    const wanted = area === undefined ? undefined : [area].flat();
    for (const name of wanted ?? []) refuseUnknown(name, store);
    const counts = ({ name, status, provenance: { confidence = 0 } }: MaskEntry): boolean =>
      (wanted?.includes(name) ?? true) &&
      (status === 'accepted' || (status === 'proposed' && confidence >= leastConfidence));
    return {
      areaOfInterest: async (sample, images) => {
        const [file] = sample.files ?? [];
        const hash = file === undefined ? hashPixels(images.image) : await hashImageFile(file);
        const entries = [...store.entries({ image: hash, kind: 'area' })].filter(counts);
        const missing = wanted?.filter((name) => !entries.some((entry) => entry.name === name)) ?? [];
        if (entries.length === 0 || missing.length > 0) throw noMask(sample, missing, { store, hash });
        const masks: Mask[] = [];
        for (const entry of entries) masks.push(checked(await store.read(entry), sample, images));
        const [first, ...others] = masks as [Mask, ...Mask[]];
        return { ...unionOf(first, ...others), origin: originOf(entries) };
      },
    };
  },
});

/** A name that no mask has is a mistake; in a store without masks nobody can tell yet. @throws FoveateError `CONFIG_INVALID` */
function refuseUnknown(name: string, store: MaskStore): void {
  const known = [...new Set([...store.entries({ kind: 'area' })].map((entry) => entry.name))];
  if (known.length === 0 || known.includes(name.normalize('NFC'))) return;
  const [near] = nearestNames(name, known);
  throw fail({
    code: 'CONFIG_INVALID',
    what: `The mask store has no area '${name}'`,
    where: store.folder,
    expected: known.slice(0, 20).join(', '),
    ...(near === undefined ? {} : { advice: `Did you mean '${near}'?` }),
  });
}

/** Of several masks, the one whose maker is least sure. */
function originOf(entries: readonly MaskEntry[]): AoiOrigin {
  const [least] = entries.toSorted((a, b) => (a.provenance.confidence ?? 1) - (b.provenance.confidence ?? 1));
  const { source = 'store', detail, author, confidence } = least?.provenance ?? {};
  const madeBy = detail ?? author;
  return {
    source,
    ...(madeBy === undefined ? {} : { detail: madeBy }),
    ...(confidence === undefined ? {} : { confidence }),
  };
}

function noMask(
  sample: Sample,
  missing: readonly string[],
  { store, hash }: { readonly store: MaskStore; readonly hash: string },
) {
  const what = missing.length === 0 ? 'area of interest' : `area '${missing.join("' and '")}'`;
  const has = [...store.entries({ image: hash, kind: 'area' })].map(({ name, status }) => `${name} (${status})`);
  const known = store.image(hash);
  return fail({
    code: 'DATA_INVALID',
    what: `The mask store has no accepted ${what} for '${sample.id}'`,
    got: has.length > 0 ? has.join(', ') : known === undefined ? 'an image that it does not know' : 'no mask of it',
    reason: 'aoi-missing',
    advice: 'Draw or accept its mask; foveate masks check tells images that have changed since theirs were drawn',
  });
}
