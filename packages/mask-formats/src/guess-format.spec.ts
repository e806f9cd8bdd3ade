import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyMask, encodePng } from '@foveate/image';
import { formats } from './formats/formats.js';
import { guessFormat } from './guess-format.js';
import { Folder, messageOf } from './testing/folder.js';

let folder: Folder;
beforeAll(async () => {
  folder = await Folder.make();
});
afterAll(() => folder.remove());

const images = ['a/x.png', 'a/b/c/y.png'].map((file) => ({
  file,
  width: 4,
  height: 4,
  masks: [{ label: 'seal', mask: emptyMask(4, 4, 255) }],
}));

/** The id that is found, or what is said. */
const guessed = async (path: string): Promise<string> => (await guessFormat(path)).id;

describe('guessFormat', () => {
  it.each(formats.map((format) => [format.id, format] as const))('knows what is written as %s', async (id, format) => {
    await format.write(folder.at(id), images);
    expect(await guessed(folder.at(id))).toBe(id);
  });

  it.each([
    ['coco', 'c.json', '{"info": {}, "categories": []}'],
    ['coco', 'huge.json', `{"images": [${' '.repeat(3e5)}], "annotations": []}`],
    ['labelme', 'l.json', '{"version": "5", "shapes": [], "imagePath": "a.png"}'],
    ['label-studio', 'ls.json', '\uFEFF [{"id": 1, "annotations": [], "data": {}}]'],
    ['via', 'v.json', '{"a.png123": {"filename": "a.png", "size": 123, "regions": []}}'],
    ['via', 'project.json', '{"_via_settings": {}, "_via_img_metadata": {}}'],
    ['cvat', 'c.xml', '<?xml version="1.0"?>\n<annotations><version>1.1</version></annotations>'],
    ['voc', 'voc/SegmentationClass/a.png', ''],
    ['yolo', 'yolo1/classes.txt', 'seal'],
    ['yolo', 'yolo2/labels/a.txt', '0 0 0 1 0 1 1'],
    ['labelme', 'parts/train/l.json', '{"shapes": [], "imageHeight": 4}'],
  ])('knows %s by %s', async (id, path, content) => {
    await folder.put(path, content);
    const [top = ''] = path.split('/');
    expect(await guessed(folder.at(top))).toBe(id);
  });

  it('knows masks beside a legend, and pictures alone', async () => {
    await folder.put('pictures/a.png', await encodePng(emptyMask(4, 4)));
    expect(await guessed(folder.at('pictures'))).toBe('png');
    await folder.put('legend/legend.json', '{"labels": []}');
    expect(await guessed(folder.at('legend'))).toBe('png');
  });

  it.each([
    ['nothing', 'empty.json', ''],
    ['text', 'a.txt', 'hello'],
    ['other JSON', 'o.json', '{"a": 1}'],
    ['other XML', 'o.xml', '<svg></svg>'],
    ['boxes of no segmentation', 'boxes/a.xml', '<annotation/>'],
  ])('says that it cannot tell of %s', async (_, path, content) => {
    await folder.put(path, content);
    const [top = ''] = path.split('/');
    const message = await messageOf(() => guessed(folder.at(top)));
    expect(message).toMatch(/It cannot be told of which format .*expected one of png, coco.*looks like none of them/);
  });

  it('says when there are two, and when there is nothing', async () => {
    const both = await folder.put('both.json', '{"filename": "a", "regions": [], "images": [], "annotations": []}');
    expect(await messageOf(() => guessed(both))).toContain('got what may be coco, via');
    expect(await messageOf(() => guessed(folder.at('none')))).toMatch(/none: .* \(got ENOENT\)/);
  });
});
