/** Samples made of files. */
import type { Sample, SplitName } from '@foveate/contracts';

/** What the files of a sample are: its `ref`. The image comes first, then a file per entry of `masks`, then the areas. */
export interface FileRef {
  /** The defect type that each mask shows. */
  readonly masks: readonly string[];
  /** Number of area-of-interest masks; together they are the area. */
  readonly areas: number;
  /** Line of the list that has the sample, for messages. */
  readonly line?: number;
}

/** What a source knows of a sample. Paths are relative to the root. */
export interface FileParts {
  /** By default the path of the image. */
  readonly id?: string;
  readonly image: string;
  readonly types: readonly string[];
  readonly masks?: readonly { readonly type: string; readonly path: string }[];
  readonly areas?: readonly string[];
  readonly split?: SplitName | undefined;
  readonly group?: string | undefined;
  readonly attributes?: Sample['attributes'] | undefined;
  readonly line?: number;
}

// A million samples share what they have in common.
const none: readonly string[] = [];
const imageOnly: FileRef = { masks: none, areas: 0 };

/**
 * The sample as plain data.
 * @param prefix root of the data set with its separator at the end
 */
export function fileSample(parts: FileParts, prefix: string): Sample {
  const { image, types, masks = [], areas = none, split, group, attributes, line } = parts;
  const alone = masks.length === 0 && areas.length === 0;
  const path = prefix + image;
  return {
    id: parts.id ?? idOf(image),
    defectTypes: types.length === 0 ? none : types.map((type) => type.normalize('NFC')),
    ...(split === undefined ? undefined : { split }),
    ...(group === undefined ? undefined : { group }),
    ...(attributes === undefined ? undefined : { attributes }),
    files: alone ? [path] : [path, ...masks.map((mask) => prefix + mask.path), ...areas.map((area) => prefix + area)],
    ref: alone && line === undefined ? imageOnly : refOf(masks, areas.length, line),
  };
}

function refOf(masks: NonNullable<FileParts['masks']>, areas: number, line: number | undefined): FileRef {
  const shown = masks.length === 0 ? none : masks.map(({ type }) => type.normalize('NFC'));
  return line === undefined ? { masks: shown, areas } : { masks: shown, areas, line };
}

/** What can be done about defective images without mask. */
export const withoutMasks =
  'Where there are no masks set requireMasks: false, and label: { id: aoi, byGeometry: false } to count every defect';

/** One name on every platform: macOS may hand out decomposed Unicode. */
export function idOf(path: string): string {
  return path.normalize('NFC');
}
