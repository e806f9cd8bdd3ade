/** Every format gives back the masks that it was given. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyMask } from '@foveate/image';
import { ImageFolder } from './files/image-folder.js';
import { formats } from './formats/formats.js';
import type { WriteOptions } from './formats/format.js';
import { masksOf } from './masks-of.js';
import type { MaskedImage, Orientation } from './model.js';
import { exifJpeg } from './testing/exif-jpeg.js';
import { Folder, readAll } from './testing/folder.js';
import { drawn, picture } from './testing/masks.js';

const ring = drawn('.......', '.#####.', '.#...#.', '.#.#.#.', '.#...#.', '.#####.', '.......', '......#', '###..##');
const one = drawn('.......', '.......', '....#..', '.......', '.......', '.......', '.......', '.......', '.......');
const size = { width: 7, height: 9 };
const full = emptyMask(7, 9, 255);
const parts = drawn('##.....', '##.....', '.......', '..#....', '...#...', '.......', '.......', '.....##', '.....##');

/** Masks that do not overlap: an index picture can hold no others. */
const images: readonly MaskedImage[] = [
  { ...size, file: 'a/x.jpg', masks: [{ label: 'ring', mask: ring }, { label: 'one pixel', mask: one }] },
  { ...size, file: 'b/x.jpg', masks: [{ label: 'äö & <b>/"..', mask: parts }] },
  { ...size, file: 'full.jpg', masks: [{ label: 'ring', mask: full }] },
  { ...size, file: 'none.jpg', masks: [] },
  ...[3, 6, 8, 5].map((exif) => ({ ...size, exif, file: `exif/${exif}.jpg`, masks: [{ label: 'ring', mask: ring }, { label: 'one pixel', mask: one }] })), // prettier-ignore
]; // prettier-ignore

const ways: readonly (readonly [string, WriteOptions])[] = [
  ['png', {}],
  ['png', { layout: 'index' }],
  ['png', { layout: 'colour' }],
  ['coco', {}],
  ['coco', { segmentation: 'runs' }],
  ['coco', { segmentation: 'compressed' }],
  ...formats.filter(({ id }) => id !== 'png' && id !== 'coco').map(({ id }) => [id, {}] as const),
];

let folder: Folder;
let library: ImageFolder;
beforeAll(async () => {
  folder = await Folder.make();
  for (const { file, exif = 1, width, height } of images) {
    const [w, h] = exif >= 5 ? [height, width] : [width, height];
    await folder.put(`img/${file}`, await exifJpeg(emptyMask(w, h), exif));
  }
  library = await ImageFolder.open(folder.at('img'));
});
afterAll(() => folder.remove());

async function roundTrip(way: number, orientation: Orientation | undefined, given: readonly MaskedImage[]) {
  const [id, options] = ways[way]!;
  const format = formats.find((one) => one.id === id)!;
  const path = folder.at(`${id}-${way}-${orientation ?? 'default'}-${given.length}`);
  const orient = orientation === undefined ? {} : { orientation };
  const written = await format.write(path, given, { ...options, ...orient });
  const read = await readAll(format, path, { images: library, ...orient });
  const back: Record<string, Record<string, readonly string[]>> = {};
  for (const image of read.images) {
    const file = library.find(image.file);
    const masks = [...masksOf(image, await library.header(file))].map(
      ([label, mask]) => [label, picture(mask)] as const,
    );
    back[file] = Object.fromEntries(masks.sort());
  }
  return { written, back, read };
}

describe.each(ways.map(([id, options], way) => [`${id} ${JSON.stringify(options)}`, way] as const))('%s', (_, way) => {
  it.each([undefined, 'upright', 'stored'] as const)(
    'gives back what it was given (orientation %s)',
    async (orientation) => {
      const { written, back, read } = await roundTrip(way, orientation, images);
      expect(written).toEqual({ images: images.length, objects: images.flatMap(({ masks }) => masks).length });
      const expected = images
        // Without a mask there is no file; VIA and Label Studio name the image all the same.
        .filter(({ masks }) => masks.length > 0 || ways[way]![0] !== 'png' || ways[way]![1].layout !== undefined)
        .map(
          ({ file, masks }) =>
            [file, Object.fromEntries(masks.map(({ label, mask }) => [label, picture(mask)]))] as const,
        );
      expect(back).toEqual(Object.fromEntries(expected));
      expect(read.skips).toEqual([]);
    },
  );
});

describe('an empty mask', () => {
  const empty = [{ ...size, file: 'none.jpg', masks: [{ label: 'empty', mask: emptyMask(7, 9) }] }];
  const outlinesOnly = ['labelme', 'yolo', 'via', 'voc'];

  it.each(ways.map(([id, options], way) => [id, options, way] as const))('%s %j', async (id, options, way) => {
    const { back } = await roundTrip(way, undefined, empty);
    const kept = !outlinesOnly.includes(id) && options.layout === undefined;
    expect(back).toEqual({ 'none.jpg': kept ? { empty: picture(emptyMask(7, 9)) } : {} });
  });
});

it('says of each mask that a format cannot hold', async () => {
  const skips: string[] = [];
  const report = ({ reason }: { reason: string }) => skips.push(reason);
  const empty = [{ ...size, file: 'none.jpg', masks: [{ label: 'empty', mask: emptyMask(7, 9) }] }];
  for (const id of ['labelme', 'yolo', 'via', 'voc']) {
    await formats.find((one) => one.id === id)!.write(folder.at(`said-${id}`), empty, { report });
  }
  expect(skips).toEqual(['mask-empty', 'mask-empty', 'mask-empty', 'mask-empty']);
  const both = [{ label: 'a', mask: full }, { label: 'b', mask: one }]; // prettier-ignore
  for (const [id, layout] of [
    ['png', 'index'],
    ['png', 'binary'],
    ['voc', 'binary'],
  ] as const) {
    await formats.find((format) => format.id === id)!.write(folder.at(`overlap-${id}-${layout}`), [{ ...size, file: 'full.jpg', masks: both }], { report, layout }); // prettier-ignore
  }
  expect(skips.slice(4)).toEqual(['masks-overlap', 'masks-overlap']);
});
