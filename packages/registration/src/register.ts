import type { Raster } from '@foveate/contracts';
import { CoarseSearch } from './coarse-search.js';
import { confidenceOf } from './confidence.js';
import { descend } from './descend.js';
import { factorsFor, pyramidOf } from './pyramid.js';
import { steppable } from './refine.js';
import { coarser, transformOf, type Transform } from './similarity.js';

export interface RegistrationOptions {
  readonly angle?: number;
  readonly scale?: number;
  readonly leastConfidence?: number;
}
export interface Registration {
  readonly transform: Transform;
  readonly confidence: number;
  readonly correlation: number;
  readonly accepted: boolean;
  readonly reason?: string;
  readonly debug?: unknown;
}

export function registrar(reference: Raster, options: RegistrationOptions = {}): (image: Raster) => Registration {
  const range = { angle: options.angle ?? 16, scale: options.scale ?? 0.22 };
  const factors = factorsFor(reference);
  const pyramid = pyramidOf(reference, factors);
  const levels = pyramid.levels.map(({ plane }) => steppable(plane));
  const searches = new Map<string, CoarseSearch>();
  return (image) => {
    const other = pyramidOf(image, factors);
    const coarse = other.levels.at(-1)!.plane;
    const key = `${coarse.width}x${coarse.height}`;
    const search = searches.get(key) ?? new CoarseSearch(levels.at(-1)!.plane, coarse, range);
    searches.set(key, search);
    const start = search.find(coarse, 12);
    const descent = descend(levels, other, start);
    if (!descent)
      return {
        transform: { angle: 0, scale: 1, dx: 0, dy: 0 },
        confidence: 0,
        correlation: 0,
        accepted: false,
        reason: 'unlike',
      };
    const { best, rival } = descent;
    const transform = transformOf(coarser(best.similarity, 1 / pyramid.levels[0]!.factor), reference, image);
    return {
      transform,
      correlation: best.correlation,
      confidence: confidenceOf(best.correlation, rival?.correlation ?? 0),
      accepted: true,
      debug: [rival?.correlation.toFixed(3), best.overlap.toFixed(2)],
    };
  };
}
