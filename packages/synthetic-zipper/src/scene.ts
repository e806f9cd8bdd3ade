/** A zipper before it is painted: pose, light, cloth, teeth and what defects add. Drawing one is random, painting is not. */
import type { RandomStream } from '@foveate/contracts';
import { weave, type Cloth } from './cloth.js';
import { straightStrand, type Tooth } from './coil.js';
import { imageExtent, profile, type Pose, type Profile } from './geometry.js';
import type { Box } from './_strokes.js';

/** Light and camera. */
interface Light {
  /** Factor on all grey levels of the zipper. */
  readonly gain: number;
  /** Relative change of the gain from the middle to the border of the image, right and down. */
  readonly gradientX: number;
  readonly gradientY: number;
  /** Grey level of the backdrop beside the tape. */
  readonly backdrop: number;
  /** Weight of each neighbour in the blur, relative to the pixel. */
  readonly blur: number;
  /** Standard deviation of the sensor noise in grey levels. */
  readonly noise: number;
  /** Factor of red and blue; green is 1. */
  readonly red: number;
  readonly blue: number;
}

/** Something painted over cloth, coil or backdrop within a box. */
export interface Overlay {
  readonly box: Box;
  /** The new grey level of a point that had `grey`. */
  paint(x: number, y: number, grey: number): number;
}

/** A grain of dust; places in units of the image. */
interface Speck {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly grey: number;
}

/** Where a defect is, as an annotator would outline it. */
export interface Region {
  readonly type: string;
  contains(x: number, y: number): boolean;
}

/** A zipper in zipper coordinates; defects change it in place before it is painted. */
export interface Scene {
  /** Seed of all textures. */
  readonly texture: number;
  readonly pose: Pose;
  readonly light: Light;
  readonly cloth: Cloth;
  /** How far each strand is pushed away from the middle. */
  readonly opening: Profile;
  readonly teeth: { readonly left: Tooth[]; readonly right: Tooth[] };
  readonly dust: readonly Speck[];
  readonly overlays: Overlay[];
  readonly regions: Region[];
}

/** One way to damage a zipper. */
export interface Damage {
  /** Defect type in MVTec AD's naming. */
  readonly type: string;
  /** Where it counts as a defect. */
  readonly place: 'teeth' | 'cloth';
  /**
   * Changes the scene and adds its region.
   * @param severity 1 = as in the photographs; smaller is harder to see
   */
  apply(scene: Scene, random: RandomStream, severity: number): void;
}

/** Draws an undamaged zipper. */
export function drawScene(random: RandomStream): Scene {
  const texture = random.uint32();
  const bendHeight = random.uniform(0, 4);
  const bendLength = random.uniform(350, 800);
  const bendPhase = random.uniform(0, 2 * Math.PI);
  return {
    texture,
    pose: {
      centreX: random.uniform(238, 274),
      centreY: random.uniform(240, 272),
      angle: random.uniform(-0.055, 0.055),
      scale: random.uniform(0.9, 1.1),
      bend: profile((y) => bendHeight * Math.sin((2 * Math.PI * y) / bendLength + bendPhase)),
    },
    light: {
      gain: random.uniform(0.8, 1.3),
      gradientX: random.uniform(-0.14, 0.14),
      gradientY: random.uniform(-0.14, 0.14),
      backdrop: random.uniform(228, 262),
      blur: random.uniform(0.02, 0.16),
      noise: random.uniform(0.8, 3),
      red: random.uniform(0.985, 1.015),
      blue: random.uniform(0.985, 1.015),
    },
    cloth: weave(random, texture),
    opening: profile(() => 0),
    teeth: { left: straightStrand(random, 0), right: straightStrand(random, 0.5) },
    dust: Array.from({ length: random.integer(14) }, () => ({
      x: random.uniform(0, imageExtent),
      y: random.uniform(0, imageExtent),
      radius: random.uniform(0.8, 2),
      grey: random.uniform(90, 220),
    })),
    overlays: [],
    regions: [],
  };
}
