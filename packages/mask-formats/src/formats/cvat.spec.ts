import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageOf, readAll } from '../testing/folder.js';
import { ToolFiles } from '../testing/tool-files.js';
import { cvat } from './cvat.js';

let files: ToolFiles;
beforeAll(async () => {
  files = await ToolFiles.make();
});
afterAll(() => files.folder.remove());

describe('CVAT', () => {
  const xml = (content: string) => `<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><name>t &amp; u</name></task></meta>
<image id="0" name="a.png" width="6" height="4">
${content}
</image></annotations>`;

  it('reads polygons, boxes, ellipses and masks, and says what is no area', async () => {
    const path = await files.folder.put(
      'cvat.xml',
      xml(`<polygon label="p&lt;" source="manual" occluded="0" points="0.00,0.00;2.00,0.00;2.00,2.00;0.00,2.00" z_order="0"></polygon>
<box label="b" xtl="2" ytl="1" xbr="5" ybr="3"><attribute name="x">1</attribute></box>
<box label="turned" xtl="1" ytl="1.5" xbr="4" ybr="2.5" rotation="90"></box>
<ellipse label="e" cx="3" cy="2" rx="2.6" ry="1.1"></ellipse>
<mask label="m" rle="1, 2, 1" left="4" top="2" width="2" height="2"></mask>
<polyline label="l" points="0,0;1,1"></polyline>
<box label="bad" xtl="1" ytl="?" xbr="4" ybr="2"></box>`),
    );
    const { masks: found, skips } = await files.masks(cvat, path);
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
    [
      '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><annotations>&c;</annotations>',
      /1:\d+: The file declares a document type/,
    ],
    [
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotations>&b;</annotations>',
      /declares a document type/,
    ],
    ['<annotations>\n<image>&b;</image></annotations>', /2:\d+: The file is not XML: undefined entity/],
    ['<annotations>\n<image></annotations>', /2:\d+: The file is not XML/],
    ['<annotations><image name="a"', /not XML/],
    ['<a>'.repeat(100), /nested deeper than 32/],
    ['hello', /not XML/],
  ])('refuses %.50s', async (text, message) => {
    const path = await files.folder.put('bad.xml', text);
    expect(await messageOf(() => readAll(cvat, path))).toMatch(message);
  });

  it('leaves out an image without size, and goes on', async () => {
    const path = await files.folder.put(
      'sizes.xml',
      '<annotations><image name="x"/><image name="a.png" width="6" height="4"/></annotations>',
    );
    const { image, skips } = await files.masks(cvat, path);
    expect(image?.file).toBe('a.png');
    expect(skips).toMatchObject([{ path: `${path}:1`, message: expect.stringContaining("'width'") }]);
  });
});
