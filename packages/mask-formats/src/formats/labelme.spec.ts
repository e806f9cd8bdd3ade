import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { drawn } from '../testing/masks.js';
import { ToolFiles } from '../testing/tool-files.js';
import { labelme } from './labelme.js';

let files: ToolFiles;
beforeAll(async () => {
  files = await ToolFiles.make();
});
afterAll(() => files.folder.remove());

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
    const part = Buffer.from(await encodePng({ ...drawn('#.', '##'), data: Uint8Array.of(1, 0, 1, 1) })).toString(
      'base64',
    );
    const shapes = [
      shape('old', undefined, [[0, 0], [2, 0], [2, 2], [0, 2]]),
      shape('box', 'rectangle', [[5, 3], [2, 1]]),
      shape('disc', 'circle', [[3, 2], [3, 0.9]]),
      shape('mask', 'mask', [[4, 2], [5, 3]], part),
      shape('line', 'linestrip', [[0, 0], [1, 1], [2, 2]]),
      shape('point', 'point', [[0, 0]]),
    ]; // prettier-ignore
    await files.folder.put('labelme/a.json', JSON.stringify({ ...file, shapes }));
    const { image, masks: found, skips } = await files.masks(labelme, files.folder.at('labelme'));
    expect(found).toEqual({
      old: ['##....', '##....', '......', '......'],
      box: ['......', '..###.', '..###.', '......'],
      disc: ['......', '..##..', '..##..', '......'],
      mask: ['......', '......', '....#.', '....##'],
    });
    expect(files.images.find(image!.file)).toBe('a.png');
    expect(skips.map(({ reason, path }) => [reason, path.replace(files.folder.path, '')])).toEqual([
      ['shape-unsupported', '/labelme/a.json shapes[4]'],
      ['shape-unsupported', '/labelme/a.json shapes[5]'],
    ]);
  });

  it('goes on after a file that is none', async () => {
    await files.folder.put('labelme-bad/a.json', '{"shapes": [');
    await files.folder.put('labelme-bad/b.json', JSON.stringify({ ...file, shapes: 7 }));
    await files.folder.put('labelme-bad/c.json', JSON.stringify({ ...file, shapes: [] }));
    const { image, skips } = await files.masks(labelme, files.folder.at('labelme-bad'));
    expect(image?.objects).toEqual([]);
    expect(skips.map(({ message }) => message)).toEqual([
      expect.stringContaining('a.json:1:12'),
      expect.stringMatching(/b\.json shapes/),
    ]);
  });

  it('leaves out a mask that is no picture', async () => {
    await files.folder.put(
      'labelme-mask/a.json',
      JSON.stringify({ ...file, shapes: [shape('a', 'mask', [[0, 0]], 'aGVsbG8=')] }),
    );
    expect((await files.masks(labelme, files.folder.at('labelme-mask'))).reasons).toEqual(['not-an-image']);
  });
});
