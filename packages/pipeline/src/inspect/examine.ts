/** A closer look at samples: what their files say of themselves, and pictures of some of them. */
import { availableParallelism } from 'node:os';
import { isFoveateError } from '@foveate/contracts';
import type { AoiProvider, Mask, Sample, SampleImages, SampleSource } from '@foveate/contracts';
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
  /** Made of samples that are shown. */
  readonly thumbnail: Thumbnail | undefined;
}

type Thumbnail = Pick<Picture, 'width' | 'height' | 'image' | 'aoi' | 'defects'>;

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

/**
 * Decodes samples; those that cannot be decoded, which are listed elsewhere, are not among the results.
 * @param shown those that need thumbnails
 */
export function lookAt(
  samples: readonly Sample[],
  shown: ReadonlySet<Sample>,
  { source, aoi }: Eyes,
): Promise<readonly Seen[]> {
  return concurrently(samples, async (sample) => {
    try {
      const images = await source.load(sample);
      const area = await aoi.areaOfInterest(sample, images);
      const { width, height } = images.image;
      const coverage = maskArea(area) / (area.width * area.height);
      const thumbnail = shown.has(sample) ? await thumbnailOf(images, coverage === 1 ? undefined : area) : undefined;
      return [{ id: sample.id, size: `${String(width)}x${String(height)}`, coverage, thumbnail }];
    } catch (error) {
      if (!isFoveateError(error)) throw error;
      return [];
    }
  });
}

async function thumbnailOf({ image, defects }: SampleImages, area: Mask | undefined): Promise<Thumbnail> {
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number]; // prettier-ignore
  const masks = defects.map(({ mask }) => shrunk(mask, width, height));
  return {
    width,
    height,
    image: await encodeJpeg(await resize(image, width, height), 82),
    aoi: area === undefined ? undefined : await encodePng(shrunk(area, width, height)),
    defects: masks.length === 0 ? undefined : await encodePng(united(masks)),
  };
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
