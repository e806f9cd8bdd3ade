import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { symlink } from 'node:fs/promises';
import { Folder, messageOf } from '../testing/folder.js';
import { ImageFolder } from './image-folder.js';
import { jsonElements } from './json.js';
import { fileNameOf, labelOf, OutputFolder } from './output.js';

let folder: Folder;
beforeAll(async () => {
  folder = await Folder.make();
});
afterAll(() => folder.remove());

describe('images', () => {
  let images: ImageFolder;
  beforeAll(async () => {
    for (const path of ['a.png', 'one/b.png', 'two/b.png', 'two/deep/b.jpg', 'c.png', 'sub/c.png', '\u00fc.png'])
      await folder.image(`img/${path}`, 2, 1);
    await folder.put('outside.png', '');
    await symlink(folder.at('outside.png'), folder.at('img/link.png'));
    images = await ImageFolder.open(folder.at('img'));
  });

  it.each([
    ['a.png', 'a.png'],
    ['./a.png', 'a.png'],
    ['C:\\data\\one\\b.png', 'one/b.png'],
    ['/home/me/set/two/b.png', 'two/b.png'],
    ['../../../a.png', 'a.png'],
    // What is at that very path comes before what ends like it.
    ['c.png', 'c.png'],
    ['x/sub/c.png', 'sub/c.png'],
    // A Mac's spelling.
    ['u\u0308.png', '\u00fc.png'],
  ])('%s is %s', (name, path) => {
    expect(images.find(name)).toBe(path);
  });

  it('are refused when two may be meant, naming both', () => {
    expect(() => images.find('three/b.png')).toThrow(/one\/b\.png or two\/b\.png/);
    expect(() => images.findStem('b')).toThrow(/one\/b\.png or two\/b\.png or two\/deep\/b\.jpg/);
  });

  it.each(['link.png', '../outside.png', '/etc/passwd', '', '..', 'a'])('there is no %j', (name) => {
    expect(() => images.find(name)).toThrow(/There is no image of that name/);
  });

  it('need a folder', async () => {
    expect(await messageOf(() => ImageFolder.open(folder.at('none')))).toMatch(/folder of images cannot be read/);
  });
});

describe('output', () => {
  it.each(['../x.png', 'a/../../x.png', '/x.png', 'a//b.png', 'link/x.png', 'nul\0'])('%j is refused', async (path) => {
    await folder.put('out/a.txt', '');
    await symlink(folder.path, folder.at('out/link')).catch(() => undefined);
    const out = new OutputFolder(folder.at('out'));
    expect(await messageOf(() => out.write(path, 'x', 'x'))).toMatch(/outside of the folder/);
  });

  it('of two images of one stem is refused, naming both', async () => {
    const out = new OutputFolder(folder.at('out2'));
    await out.write('a/x.json', '{}', 'a/x.png');
    expect(await messageOf(() => out.write('a/X.json', '{}', 'a/X.jpg'))).toMatch(/a\/x\.png and a\/X\.jpg/);
  });

  it.each(['a/b', '..', '.', 'con:', '50% "x"', 'a\\b', 'dot.', 'plain label_1', ''])(
    '%j is a name of a file and back',
    (label) => {
      const name = fileNameOf(label);
      expect(name).not.toMatch(/[/\\:"]|^\.|\.$/);
      expect(labelOf(name)).toBe(label);
    },
  );
});

describe('JSON', () => {
  it('says where each element is, in bytes', async () => {
    const text = '\ufeff { "ä€😀": "\\u00e4\\"{[", "list": [ {"a": "😀"} , {"b": [1, {"c": "ü"}]},\n{} ] }';
    const path = await folder.put('a.json', text);
    const bytes = Buffer.from(text);
    const found: string[] = [];
    for await (const { path: keys, value, start, end } of jsonElements(path, ['$.list.*'])) {
      const slice = bytes.subarray(start, end + 1).toString();
      expect(JSON.parse(slice)).toEqual(value);
      found.push(`${keys.join('.')} ${slice}`);
    }
    expect(found).toEqual(['list.0 {"a": "😀"}', 'list.1 {"b": [1, {"c": "ü"}]}', 'list.2 {}']);
  });

  it('says line and column, far down in a file too', async () => {
    const path = await folder.put('far.json', `[\n${'{"text": "äöü"},\n'.repeat(20_000)}{"text": nil}]`);
    const all = async () => {
      for await (const { value } of jsonElements(path, ['$.*'])) expect(value).toEqual({ text: 'äöü' });
    };
    expect(await messageOf(all)).toMatch(/far\.json:20002:11: /);
  });
});
