/** All formats. */
import { fail, nearestNames } from '@foveate/contracts';
import { coco } from './coco.js';
import { cvat } from './cvat.js';
import type { Format } from './format.js';
import { labelStudio } from './label-studio.js';
import { labelme } from './labelme.js';
import { png } from './png.js';
import { via } from './via.js';
import { voc } from './voc.js';
import { yolo } from './yolo.js';

/** Every format that is read and written. */
export const formats: readonly Format[] = [png, coco, labelme, voc, yolo, cvat, labelStudio, via];

/** The format of an id. @throws FoveateError `CONFIG_INVALID` naming those that there are */
export function formatOf(id: string): Format {
  const format = formats.find((one) => one.id === id);
  if (format !== undefined) return format;
  const ids = formats.map((one) => one.id);
  const [near] = nearestNames(id, ids);
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'There is no such format of annotations',
    expected: ids.join(', '),
    got: JSON.stringify(id),
    ...(near === undefined ? {} : { advice: `Did you mean '${near}'?` }),
  });
}
