/** Samples made of files. */
import { join } from 'node:path';
import type { Sample, SplitName } from '@foveate/contracts';

/** Name that stands for "no defect" where a defect type is expected. */
export const good = 'good';

/** What the files of a sample are: its `ref`. The image comes first, then a file per entry of `masks`, then the areas. */
export interface FileRef {
  /** The defect type that each mask shows. */
  readonly masks: readonly string[];
  /** Number of area-of-interest masks; together they are the area. */
  readonly areas: number;
  /** Where the sample is listed, for messages: `labels.csv:17`. */
  readonly listed?: string;
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
  readonly listed?: string;
}

// A million samples share what they have in common.
const noTypes: readonly string[] = [];
const imageOnly: FileRef = { masks: [], areas: 0 };

/** The sample as plain data. */
export function fileSample(parts: FileParts, root: string): Sample {
  const { image, types, masks = [], areas = [], split, group, listed } = parts;
  const alone = masks.length === 0 && areas.length === 0 && listed === undefined;
  return {
    id: parts.id ?? idOf(image),
    defectTypes: types.length === 0 ? noTypes : types,
    ...(split === undefined ? {} : { split }),
    ...(group === undefined ? {} : { group }),
    files: [image, ...masks.map(({ path }) => path), ...areas].map((path) => join(root, path)),
    ref: alone
      ? imageOnly
      : {
          masks: masks.map(({ type }) => type),
          areas: areas.length,
          ...(listed === undefined ? {} : { listed }),
        },
  };
}

/** One name on every platform: macOS may hand out decomposed Unicode. */
export function idOf(path: string): string {
  return path.normalize('NFC');
}
