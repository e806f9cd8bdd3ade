import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { messageOf } from '../testing/folder.js';
import { ToolFiles } from '../testing/tool-files.js';
import { voc } from './voc.js';

let files: ToolFiles;
beforeAll(async () => {
  files = await ToolFiles.make();
});
afterAll(() => files.folder.remove());

describe('Pascal VOC', () => {
  const xml = (objects: string) => `<annotation><folder>VOC</folder><filename>a.png</filename>
<size><width>6</width><height>4</height><depth>3</depth></size>
${objects}</annotation>`;
  const object = (box: string) => `<object><name>dog</name><bndbox>${box}</bndbox></object>\n`;

  it('reads boxes whose corners count from 1 and belong to them', async () => {
    await files.folder.put('voc/Annotations/a.xml', xml(object('<xmin>3</xmin><ymin>2</ymin><xmax>5</xmax><ymax>3</ymax>') + object('<xmin>3</xmin>') + '<object><name>cat</name></object>')); // prettier-ignore
    const { image, masks: found, skips } = await files.masks(voc, files.folder.at('voc'));
    expect(image).toMatchObject({ file: 'a.png', orientation: 'stored' });
    expect(found).toEqual({ dog: ['......', '..###.', '..###.', '......'] });
    expect(skips).toMatchObject([{ path: expect.stringContaining('line 4') }, { reason: 'shape-missing' }]);
  });

  it('reads class pictures by colour or number, with objects, and leaves out borders', async () => {
    // Grey numbers: 12 is dog, 255 a border.
    const data = Uint8Array.from([12, 12, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 8, 8, 0, 0, 0, 0, 0, 0, 0, 77]);
    await files.folder.put('voc2/SegmentationClass/a.png', await encodePng({ width: 6, height: 4, channels: 1, data }));
    const { image, masks: found, reasons } = await files.masks(voc, files.folder.at('voc2'));
    const expected = { dog: ['##....', '......', '......', '......'], cat: ['......', '......', '..##..', '......'] };
    expect(image?.file).toBe('a.png');
    expect(found).toEqual(expected);
    expect(reasons).toEqual(['label-unknown']);
    // The same in colours: those of the list of classes.
    const colours = new Map([[12, [64, 0, 128]], [8, [64, 0, 0]], [255, [224, 224, 192]]]); // prettier-ignore
    const rgb = Uint8Array.from([...data].flatMap((value) => colours.get(value) ?? [0, 0, 0]));
    await files.folder.put(
      'voc2/SegmentationClass/a.png',
      await encodePng({ width: 6, height: 4, channels: 3, data: rgb }),
    );
    expect((await files.masks(voc, files.folder.at('voc2'))).masks).toEqual(expected);
  });

  it('takes the size from the image where the file says none', async () => {
    const text = xml(object('<xmin>1</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax>')).replace(
      /\d(?=<\/(?:width|height))/g,
      '0',
    );
    await files.folder.put('voc5/Annotations/a.xml', text);
    expect((await files.masks(voc, files.folder.at('voc5'))).image).toMatchObject({ width: 6, height: 4 });
  });

  it('refuses a folder that is none, and a document type', async () => {
    await files.folder.put('voc3/Annotations/a.xml', '<!DOCTYPE x><annotation/>');
    expect((await files.masks(voc, files.folder.at('voc3'))).reasons).toEqual(['xml-doctype']);
    await files.folder.put('voc4/x.txt', '');
    expect(await messageOf(() => files.masks(voc, files.folder.at('voc4')))).toMatch(/not of Pascal VOC/);
  });
});
