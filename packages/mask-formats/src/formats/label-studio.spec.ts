import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatBrushRuns } from '../run-lengths/label-studio-runs.js';
import { messageOf, readAll } from '../testing/folder.js';
import { drawn } from '../testing/masks.js';
import { ToolFiles } from '../testing/tool-files.js';
import { labelStudio } from './label-studio.js';

let files: ToolFiles;
beforeAll(async () => {
  files = await ToolFiles.make();
});
afterAll(() => files.folder.remove());

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
    const path = await files.folder.put('ls.json', JSON.stringify([task]));
    const { image, masks: found, reasons } = await files.masks(labelStudio, path);
    const polygon = ['###...', '###...', '......', '......'];
    expect(found).toEqual({
      p: polygon,
      q: polygon,
      b: ['......', '.##...', '......', '.....#'],
      r: ['......', '..#...', '..#...', '..#...'],
      e: ['......', '.####.', '.####.', '......'],
      separate: ['......', '......', '......', '######'],
    });
    expect(files.images.find(image!.file)).toBe('a.png');
    expect(reasons).toEqual(['annotation-other', 'shape-unsupported']);
  });

  it.each([
    ['s3://bucket/train/b.png', 'train/b.png'],
    ['/data/local-files/?d=img%2Fval%2Fb.png', 'val/b.png'],
    ['https://host/x/a.png?sig=1', 'a.png'],
  ])('finds the image of %s', async (address, expected) => {
    const path = await files.folder.put(
      'ls.json',
      JSON.stringify([{ data: { image: address }, annotations: [{ result: [] }] }]),
    );
    const { image, skips } = await files.masks(labelStudio, path);
    expect(skips).toEqual([]);
    expect(files.images.find(image!.file)).toBe(expected);
  });

  it('leaves out what is damaged, and refuses another export', async () => {
    const bad = [region('brushlabels', { format: 'rle', rle: [0, 0, 0, 96, 1], brushlabels: ['b'] }), region('polygonlabels', { points: [[0, 'x']], polygonlabels: ['p'] })]; // prettier-ignore
    const path = await files.folder.put(
      'ls.json',
      JSON.stringify([{ data: { image: 'a.png' }, annotations: [{ result: bad }] }]),
    );
    const { skips } = await files.masks(labelStudio, path);
    expect(skips).toMatchObject([
      { reason: 'runs-damaged', path: expect.stringContaining('[0] annotations[0].result[0]') },
      { reason: 'annotation-invalid', message: expect.stringContaining('points[0][1]') },
    ]);
    const other = await files.folder.put('ls.json', '{"images": []}');
    expect(await messageOf(() => readAll(labelStudio, other))).toMatch(/expected a list of tasks/);
  });
});
