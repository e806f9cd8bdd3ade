/** Masks to polygons. */
import type { Mask } from '@foveate/contracts';
import { outlinesOf, type Point } from '@foveate/image';
import type { Polygons, Ring } from '../model.js';
import { simplified } from './simplify.js';

/**
 * The outline of a mask, parts and holes kept: {@link rasterise} makes the same mask of it.
 * @param tolerance pixels by which it may be off, for fewer corners; default 0
 */
export function polygonsOf(mask: Mask, tolerance = 0): Polygons {
  const exact: Polygons = { kind: 'polygons', parts: outlinesOf(mask) };
  return tolerance === 0 ? exact : simplified(exact, tolerance);
}

/**
 * One ring for a part with holes, for formats that have no holes: each hole is joined to the outer ring by a cut that is
 * walked there and back, so that by the even-odd rule the same pixels are inside.
 */
export function joinedRing([outer = [], ...holes]: readonly Ring[]): Ring {
  const ring: Point[] = [...outer];
  // Behind the first corner of the outer ring: there, around the hole, and back to both first corners.
  const [start] = outer;
  for (const hole of holes) {
    const [first] = hole;
    if (start !== undefined && first !== undefined) ring.push(start, ...hole, first);
  }
  if (holes.length > 0 && start !== undefined) ring.push(start);
  return ring;
}
