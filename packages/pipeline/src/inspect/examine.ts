/** A closer look at samples: what their files say of themselves, and pictures of some of them. */
import { availableParallelism } from 'node:os';
import { isFoveateError } from '@foveate/contracts';
import type { AoiProvider, Mask, Sample, SampleSource } from '@foveate/contracts';
import { encodeJpeg, encodePng, maskArea, readImageHeader, resize } from '@foveate/image';
import type { ImageHeader } from '@foveate/image';
import type { Picture } from '@foveate/report';
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';

/** What reads pixels. */
export interface Eyes {
  readonly source: Pick<SampleSource, 'load'>;
  readonly aoi: AoiProvider;
}

/** A sample seen from near. */
export interface Seen {
  readonly id: string;
  /** At full size, `1024x1024`. */
  readonly size: string;
  /** Share of the image that the area of interest covers, in [0, 1]. */
  readonly coverage: number;
  readonly thumbnail: Pick<Picture, 'width' | 'height' | 'image' | 'aoi' | 'defects'>;
}

/** Longest side of a thumbnail in pixels. */
const longest = 240;

/** Works on a list with as many at once as there are processors; the results are in no order. */
function concurrently<T, R>(list: readonly T[], work: (item: T) => Promise<readonly R[]>): Promise<readonly R[]> {
  return lastValueFrom(
    from(list).pipe(
      mergeMap(work, availableParallelism()),
      mergeMap((results) => results),
      toArray(),
    ),
  );
}

/** Headers of the image files of samples; of drawn samples and unreadable files there are none. */
export function readHeaders(samples: readonly Sample[]): Promise<readonly ImageHeader[]> {
  return concurrently(samples, async ({ files }) => {
    const file = files?.[0];
    if (file === undefined) return [];
    return readImageHeader(file).then(
      (header) => [header],
      () => [],
    );
  });
}

/** Decodes samples; those that cannot be decoded, which are listed elsewhere, are not among the results. */
export function lookAt(samples: readonly Sample[], eyes: Eyes): Promise<readonly Seen[]> {
  return concurrently(samples, async (sample) => {
    try {
      return [await look(sample, eyes)];
    } catch (error) {
      if (!isFoveateError(error)) throw error;
      return [];
    }
  });
}

async function look(sample: Sample, { source, aoi }: Eyes): Promise<Seen> {
  const images = await source.load(sample);
  const area = await aoi.areaOfInterest(sample, images);
  const { width, height } = images.image;
  const scale = Math.min(1, longest / Math.max(width, height));
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const coverage = maskArea(area) / (area.width * area.height);
  const defects = images.defects.map(({ mask }) => shrunk(mask, w, h));
  const thumbnail = {
    width: w,
    height: h,
    image: await encodeJpeg(await resize(images.image, w, h), 82),
    aoi: coverage === 1 ? undefined : await encodePng(shrunk(area, w, h)),
    defects: defects.length === 0 ? undefined : await encodePng(united(defects)),
  };
  return { id: sample.id, size: `${String(width)}x${String(height)}`, coverage, thumbnail };
}

/** A smaller mask in which nothing vanishes: a pixel is inside when any pixel that falls into it is. */
function shrunk(mask: Mask, width: number, height: number): Mask {
  const data = new Uint8Array(width * height);
  for (let y = 0, pixel = 0; y < mask.height; y++) {
    const row = Math.floor((y * height) / mask.height) * width;
    for (let x = 0; x < mask.width; x++, pixel++) {
      if (mask.data[pixel] !== 0) data[row + Math.floor((x * width) / mask.width)] = 255;
    }
  }
  return { width, height, channels: 1, data };
}

function united(masks: readonly Mask[]): Mask {
  const [first, ...others] = masks as readonly [Mask, ...Mask[]];
  const data = first.data.slice();
  for (const mask of others) for (const [pixel, value] of mask.data.entries()) if (value !== 0) data[pixel] = 255;
  return { ...first, data };
}
