import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageOf, readAll } from '../testing/folder.js';
import { ToolFiles } from '../testing/tool-files.js';
import { via } from './via.js';

let files: ToolFiles;
beforeAll(async () => {
  files = await ToolFiles.make();
});
afterAll(() => files.folder.remove());

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
      const path = await files.folder.put('via.json', JSON.stringify(json));
      const { masks: found, reasons } = await files.masks(via, path);
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
    const path = await files.folder.put(
      'via.json',
      JSON.stringify({ x: { filename: 'b.png', regions: [] }, y: { filename: '../../etc/passwd', regions: [] } }),
    );
    const { skips } = await files.masks(via, path);
    expect(skips).toMatchObject([
      { reason: 'image-ambiguous', message: expect.stringMatching(/train\/b\.png or val\/b\.png/) },
      { reason: 'image-missing' },
    ]);
    expect(await messageOf(() => readAll(via, path))).toMatch(/do not say how large images are/);
  });
});
