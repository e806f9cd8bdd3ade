/** Files as annotation tools write them, and such as nobody should. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { ImageFolder } from '../files/image-folder.js';
import { masksOf } from '../masks-of.js';
import { formatBrushRuns } from '../runs/label-studio-runs.js';
import { Folder, messageOf, readAll } from '../testing/folder.js';
import { drawn, picture } from '../testing/masks.js';
import { cvat } from './cvat.js';
import type { Format, ReadOptions } from './format.js';
import { labelStudio } from './label-studio.js';
import { labelme } from './labelme.js';
import { via } from './via.js';
import { voc } from './voc.js';
import { yolo } from './yolo.js';

let folder: Folder;
let images: ImageFolder;
beforeAll(async () => {
  folder = await Folder.make();
  await folder.image('img/a.png', 6, 4);
  await folder.image('img/train/b.png', 6, 4);
  await folder.image('img/val/b.png', 6, 4);
  images = await ImageFolder.open(folder.at('img'));
});
afterAll(() => folder.remove());

/** Masks of the first image by label, and the reasons of what is left out. */
async function masks(format: Format, path: string, options: ReadOptions = {}) {
  const { images: found, skips, reasons } = await readAll(format, path, { images, ...options });
  const [image] = found;
  const all = image === undefined ? [] : [...masksOf(image, { width: 6, height: 4 })];
  return { image, skips, reasons, masks: Object.fromEntries(all.map(([label, mask]) => [label, picture(mask)])) };
}

describe('LabelMe', () => {
  const file = {
    version: '5.5.0',
    flags: {},
    imagePath: '..\\img\\a.png',
    imageData: 'aGk=',
    imageHeight: 4,
    imageWidth: 6,
  };
  const shape = (label: string, shape_type: string | undefined, points: number[][], mask: string | null = null) => ({ label, points, group_id: null, description: '', shape_type, flags: {}, mask }); // prettier-ignore

  it('reads polygons, rectangles, circles and masks', async () => {
    const part = Buffer.from(await encodePng({ ...drawn('#.', '##'), data: Uint8Array.of(1, 0, 1, 1) })).toString('base64');
    const shapes = [
      shape('old', undefined, [[0, 0], [2, 0], [2, 2], [0, 2]]),
      shape('box', 'rectangle', [[5, 3], [2, 1]]),
      shape('disc', 'circle', [[3, 2], [3, 0.9]]),
      shape('mask', 'mask', [[4, 2], [5, 3]], part),
      shape('line', 'linestrip', [[0, 0], [1, 1], [2, 2]]),
      shape('point', 'point', [[0, 0]]),
    ]; // prettier-ignore
    await folder.put('labelme/a.json', JSON.stringify({ ...file, shapes }));
    const { image, masks: found, skips } = await masks(labelme, folder.at('labelme'));
    expect(found).toEqual({
      old: ['##....', '##....', '......', '......'],
      box: ['......', '..###.', '..###.', '......'],
      disc: ['......', '..##..', '..##..', '......'],
      mask: ['......', '......', '....#.', '....##'],
    });
    expect(images.find(image!.file)).toBe('a.png');
    expect(skips.map(({ reason, path }) => [reason, path.replace(folder.path, '')])).toEqual([
      ['shape-unsupported', '/labelme/a.json shapes[4]'],
      ['shape-unsupported', '/labelme/a.json shapes[5]'],
    ]);
  });

  it('goes on after a file that is none', async () => {
    await folder.put('labelme-bad/a.json', '{"shapes": [');
    await folder.put('labelme-bad/b.json', JSON.stringify({ ...file, shapes: 7 }));
    await folder.put('labelme-bad/c.json', JSON.stringify({ ...file, shapes: [] }));
    const { image, skips } = await masks(labelme, folder.at('labelme-bad'));
    expect(image?.objects).toEqual([]);
    expect(skips.map(({ message }) => message)).toEqual([expect.stringContaining('a.json:1:12'), expect.stringMatching(/b\.json shapes/)]);
  });

  it('leaves out a mask that is no picture', async () => {
    await folder.put('labelme-mask/a.json', JSON.stringify({ ...file, shapes: [shape('a', 'mask', [[0, 0]], 'aGVsbG8=')] }));
    expect((await masks(labelme, folder.at('labelme-mask'))).reasons).toEqual(['not-an-image']);
  });
});

describe('CVAT', () => {
  const xml = (content: string) => `<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><name>t &amp; u</name></task></meta>
<image id="0" name="a.png" width="6" height="4">
${content}
</image></annotations>`;

  it('reads polygons, boxes, ellipses and masks, and says what is no area', async () => {
    const path = await folder.put(
      'cvat.xml',
      xml(`<polygon label="p&lt;" source="manual" occluded="0" points="0.00,0.00;2.00,0.00;2.00,2.00;0.00,2.00" z_order="0"></polygon>
<box label="b" xtl="2" ytl="1" xbr="5" ybr="3"><attribute name="x">1</attribute></box>
<box label="turned" xtl="1" ytl="1.5" xbr="4" ybr="2.5" rotation="90"></box>
<ellipse label="e" cx="3" cy="2" rx="2.6" ry="1.1"></ellipse>
<mask label="m" rle="1, 2, 1" left="4" top="2" width="2" height="2"></mask>
<polyline label="l" points="0,0;1,1"></polyline>
<box label="bad" xtl="1" ytl="?" xbr="4" ybr="2"></box>`),
    );
    const { masks: found, skips } = await masks(cvat, path);
    expect(found).toEqual({
      'p<': ['##....', '##....', '......', '......'],
      b: ['......', '..###.', '..###.', '......'],
      turned: ['..#...', '..#...', '..#...', '......'],
      e: ['......', '.####.', '.####.', '......'],
      m: ['......', '......', '.....#', '....#.'],
    });
    expect(skips).toMatchObject([
      { reason: 'shape-unsupported', path: `${path} line 9` },
      { reason: 'annotation-invalid', path: `${path} line 10`, message: expect.stringContaining("'ytl'") },
    ]);
  });

  it.each([
    ['<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><annotations>&c;</annotations>', /1:\d+: The file declares a document type/],
    ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotations>&b;</annotations>', /declares a document type/],
    ['<annotations>\n<image>&b;</image></annotations>', /2:\d+: The file is not XML: undefined entity/],
    ['<annotations>\n<image></annotations>', /2:\d+: The file is not XML/],
    ['<annotations><image name="a"', /not XML/],
    ['<a>'.repeat(100), /nested deeper than 32/],
    ['hello', /not XML/],
  ])('refuses %.50s', async (text, message) => {
    const path = await folder.put('bad.xml', text);
    expect(await messageOf(() => readAll(cvat, path))).toMatch(message);
  });

  it('leaves out an image without size, and goes on', async () => {
    const path = await folder.put('sizes.xml', '<annotations><image name="x"/><image name="a.png" width="6" height="4"/></annotations>');
    const { image, skips } = await masks(cvat, path);
    expect(image?.file).toBe('a.png');
    expect(skips).toMatchObject([{ path: `${path}:1`, message: expect.stringContaining("'width'") }]);
  });
});

describe('Label Studio', () => {
  const size = { original_width: 6, original_height: 4, image_rotation: 0 };
  const region = (type: string, value: object) => ({ id: 'x', ...size, type, from_name: 'l', to_name: 'image', value });

  it('reads polygons, brushes, rectangles and ellipses in per cent', async () => {
    const corner = { x: 50, y: 25 };
    const result = [
      region('polygonlabels', { points: [[0, 0], [50, 0], [50, 50], [0, 50]], closed: true, polygonlabels: ['p', 'q'] }),
      region('brushlabels', { format: 'rle', rle: formatBrushRuns(drawn('......', '.##...', '......', '.....#')), brushlabels: ['b'] }),
      // 3 right of the corner become 3 down, 1 down becomes 1 to the left.
      region('rectanglelabels', { ...corner, width: 50, height: 25, rotation: 90, rectanglelabels: ['r'] }),
      region('ellipselabels', { x: 50, y: 50, radiusX: 100 * 2.6 / 6, radiusY: 100 * 1.1 / 4, rotation: 0, ellipselabels: ['e'] }),
      region('labels', { x: 0, y: 75, width: 100, height: 25, rotation: 0, labels: ['separate'] }),
      region('keypointlabels', { x: 1, y: 1, width: 0.3, keypointlabels: ['k'] }),
      { id: 'c', type: 'choices', value: { choices: ['good'] } },
      { from_id: 'a', to_id: 'b', type: 'relation' },
    ]; // prettier-ignore
    const task = {
      id: 1,
      data: { image: '/data/upload/3/0a1b2c3d-a.png' },
      annotations: [{ was_cancelled: true, result: [] }, { id: 5, result }, { result: [] }],
      predictions: [],
    };
    const path = await folder.put('ls.json', JSON.stringify([task]));
    const { image, masks: found, reasons } = await masks(labelStudio, path);
    const polygon = ['###...', '###...', '......', '......'];
    expect(found).toEqual({
      p: polygon,
      q: polygon,
      b: ['......', '.##...', '......', '.....#'],
      r: ['......', '..#...', '..#...', '..#...'],
      e: ['......', '.####.', '.####.', '......'],
      separate: ['......', '......', '......', '######'],
    });
    expect(images.find(image!.file)).toBe('a.png');
    expect(reasons).toEqual(['annotation-other', 'shape-unsupported']);
  });

  it.each([
    ['s3://bucket/train/b.png', 'train/b.png'],
    ['/data/local-files/?d=img%2Fval%2Fb.png', 'val/b.png'],
    ['https://host/x/a.png?sig=1', 'a.png'],
  ])('finds the image of %s', async (address, expected) => {
    const path = await folder.put('ls.json', JSON.stringify([{ data: { image: address }, annotations: [{ result: [] }] }]));
    const { image, skips } = await masks(labelStudio, path);
    expect(skips).toEqual([]);
    expect(images.find(image!.file)).toBe(expected);
  });

  it('leaves out what is damaged, and refuses another export', async () => {
    const bad = [region('brushlabels', { format: 'rle', rle: [0, 0, 0, 96, 1], brushlabels: ['b'] }), region('polygonlabels', { points: [[0, 'x']], polygonlabels: ['p'] })]; // prettier-ignore
    const path = await folder.put('ls.json', JSON.stringify([{ data: { image: 'a.png' }, annotations: [{ result: bad }] }]));
    const { skips } = await masks(labelStudio, path);
    expect(skips).toMatchObject([
      { reason: 'runs-damaged', path: expect.stringContaining('[0] annotations[0].result[0]') },
      { reason: 'annotation-invalid', message: expect.stringContaining('points[0][1]') },
    ]);
    const other = await folder.put('ls.json', '{"images": []}');
    expect(await messageOf(() => readAll(labelStudio, other))).toMatch(/expected a list of tasks/);
  });
});

describe('VIA', () => {
  it('reads polygons, rectangles, circles and ellipses of a project and of an export', async () => {
    const region = (shape_attributes: object, label: unknown) => ({ shape_attributes, region_attributes: { label } });
    const entries = {
      'a.png123': {
        filename: 'a.png',
        size: 123,
        regions: [
          region({ name: 'polygon', all_points_x: [0, 2, 2, 0], all_points_y: [0, 0, 2, 2] }, 'p'),
          region({ name: 'rect', x: 2, y: 1, width: 3, height: 2 }, { r: true, other: false }),
          region({ name: 'circle', cx: 3, cy: 2, r: 1.1 }, 'c'),
          region({ name: 'ellipse', cx: 3, cy: 2, rx: 1.1, ry: 2.6, theta: Math.PI / 2 }, 'e'),
          region({ name: 'polyline', all_points_x: [0], all_points_y: [0] }, 'l'),
          region({ name: 'polygon', all_points_x: [0, 2, 2], all_points_y: [0] }, 'p'),
          region({ name: 'rect', x: 2, y: 1, width: 3, height: 2 }, ''),
        ],
        file_attributes: {},
      },
    };
    for (const json of [entries, { _via_settings: {}, _via_img_metadata: entries, _via_attributes: {} }]) {
      const path = await folder.put('via.json', JSON.stringify(json));
      const { masks: found, reasons } = await masks(via, path);
      expect(found).toEqual({
        p: ['##....', '##....', '......', '......'],
        r: ['......', '..###.', '..###.', '......'],
        c: ['......', '..##..', '..##..', '......'],
        e: ['......', '.####.', '.####.', '......'],
      });
      expect(reasons).toEqual(['shape-unsupported', 'shape-invalid', 'label-missing']);
    }
  });

  it('names both images of one name, and needs images', async () => {
    const path = await folder.put('via.json', JSON.stringify({ x: { filename: 'b.png', regions: [] }, y: { filename: '../../etc/passwd', regions: [] } }));
    const { skips } = await masks(via, path);
    expect(skips).toMatchObject([
      { reason: 'image-ambiguous', message: expect.stringMatching(/train\/b\.png or val\/b\.png/) },
      { reason: 'image-missing' },
    ]);
    expect(await messageOf(() => readAll(via, path))).toMatch(/do not say how large images are/);
  });
});

describe('YOLO', () => {
  it('reads outlines and boxes of classes by name', async () => {
    await folder.put('yolo/data.yaml', 'path: ../x\ntrain: images/train\nnames:\n  0: zero\n  3: three\n');
    await folder.put('yolo/labels/train/b.txt', '0 0 0 0.5 0 0.5 0.5 0 0.5\r\n\n3 0.5 0.5 0.5 0.5\n7 0 0 1 1\n0 0.1 0.2\n3 a b c d e f\n');
    const { image, masks: found, skips } = await masks(yolo, folder.at('yolo'));
    expect(image?.file).toBe('train/b.png');
    expect(found).toEqual({
      zero: ['###...', '###...', '......', '......'],
      three: ['......', '.###..', '.###..', '......'],
    });
    expect(skips.map(({ path, reason }) => [path.split('labels/')[1], reason])).toEqual([
      ['train/b.txt line 4', 'label-unknown'],
      ['train/b.txt line 5', 'shape-invalid'],
      ['train/b.txt line 6', 'shape-invalid'],
    ]);
  });

  it('refuses a folder without names, and YAML that is none or expands without end', async () => {
    await folder.put('yolo-none/a.txt', '');
    expect(await messageOf(() => masks(yolo, folder.at('yolo-none')))).toMatch(/no names of classes/);
    await folder.put('yolo-none/data.yaml', 'names: [a\n');
    expect(await messageOf(() => masks(yolo, folder.at('yolo-none')))).toMatch(/data\.yaml: The file is not YAML/);
    const levels = Array.from({ length: 9 }, (_, n) => `l${n}: &l${n} [${Array.from({ length: 9 }, () => (n === 0 ? 'x' : `*l${n - 1}`)).join(',')}]`); // prettier-ignore
    await folder.put('yolo-none/data.yaml', `${levels.join('\n')}\nnames: *l8\n`);
    expect(await messageOf(() => masks(yolo, folder.at('yolo-none')))).toMatch(/not YAML: .*alias/i);
    await folder.put('yolo-none/data.yaml', 'names: 7\n');
    expect(await messageOf(() => masks(yolo, folder.at('yolo-none')))).toMatch(/data\.yaml names/);
  });
});

describe('Pascal VOC', () => {
  const xml = (objects: string) => `<annotation><folder>VOC</folder><filename>a.png</filename>
<size><width>6</width><height>4</height><depth>3</depth></size>
${objects}</annotation>`;
  const object = (box: string) => `<object><name>dog</name><bndbox>${box}</bndbox></object>\n`;

  it('reads boxes whose corners count from 1 and belong to them', async () => {
    await folder.put('voc/Annotations/a.xml', xml(object('<xmin>3</xmin><ymin>2</ymin><xmax>5</xmax><ymax>3</ymax>') + object('<xmin>3</xmin>') + '<object><name>cat</name></object>')); // prettier-ignore
    const { image, masks: found, skips } = await masks(voc, folder.at('voc'));
    expect(image).toMatchObject({ file: 'a.png', orientation: 'stored' });
    expect(found).toEqual({ dog: ['......', '..###.', '..###.', '......'] });
    expect(skips).toMatchObject([{ path: expect.stringContaining('line 4') }, { reason: 'shape-missing' }]);
  });

  it('reads class pictures by colour or number, with objects, and leaves out borders', async () => {
    // Grey numbers: 12 is dog, 255 a border.
    const data = Uint8Array.from([12, 12, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 8, 8, 0, 0, 0, 0, 0, 0, 0, 77]);
    await folder.put('voc2/SegmentationClass/a.png', await encodePng({ width: 6, height: 4, channels: 1, data }));
    const { image, masks: found, reasons } = await masks(voc, folder.at('voc2'));
    const expected = { dog: ['##....', '......', '......', '......'], cat: ['......', '......', '..##..', '......'] };
    expect(image?.file).toBe('a.png');
    expect(found).toEqual(expected);
    expect(reasons).toEqual(['label-unknown']);
    // The same in colours: those of the list of classes.
    const colours = new Map([[12, [64, 0, 128]], [8, [64, 0, 0]], [255, [224, 224, 192]]]); // prettier-ignore
    const rgb = Uint8Array.from([...data].flatMap((value) => colours.get(value) ?? [0, 0, 0]));
    await folder.put('voc2/SegmentationClass/a.png', await encodePng({ width: 6, height: 4, channels: 3, data: rgb }));
    expect((await masks(voc, folder.at('voc2'))).masks).toEqual(expected);
  });

  it('refuses a folder that is none, and a document type', async () => {
    await folder.put('voc3/Annotations/a.xml', '<!DOCTYPE x><annotation/>');
    expect((await masks(voc, folder.at('voc3'))).reasons).toEqual(['xml-doctype']);
    await folder.put('voc4/x.txt', '');
    expect(await messageOf(() => masks(voc, folder.at('voc4')))).toMatch(/not of Pascal VOC/);
  });
});
