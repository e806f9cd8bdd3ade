import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tinyDefaults, tinyPlugins } from '../../../tools/testing/tiny-plugins.js';
import { configReader } from './config-reader.js';
import { consentFile } from './consent.js';
import { folderDigest } from './folder-digest.js';

let folder: string;
const environment = { ...process.env };
const before = process.cwd();
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'foveate-consent-')));
  process.env['FOVEATE_HOME'] = join(folder, 'home');
  mkdirSync(join(folder, 'project'));
  process.chdir(join(folder, 'project'));
});
afterEach(() => {
  process.chdir(before);
  process.env = { ...environment };
  rmSync(folder, { recursive: true });
});

/** A package whose code leaves a trace when it is run. */
function packageAt(place: string, name: string): string {
  const path = join(folder, place);
  mkdirSync(path, { recursive: true });
  const foveate = { contract: '^2', plugins: [{ kind: 'loss', id: 'foo', export: 'foo', summary: 'A loss.' }] };
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, type: 'module', main: 'index.mjs', foveate }));
  writeFileSync(
    join(path, 'index.mjs'),
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(join(folder, 'trace'))}, 'x');
     export const foo = {
       meta: { kind: 'loss', id: 'foo', contract: '^2', summary: 'A loss.' },
       options: { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }),
         jsonSchema: { input: () => ({ type: 'object' }), output: () => ({}) } } },
       register: () => ({}),
     };`,
  );
  return path;
}

const ran = () => existsSync(join(folder, 'trace'));

/** Reads a configuration in `place` that uses the loss of a package. */
function use(name: string, place: string, allowPlugins = false) {
  mkdirSync(join(folder, place), { recursive: true });
  const file = join(folder, place, 'config.yaml');
  writeFileSync(file, JSON.stringify({ plugins: [name], loss: 'foo' }));
  return configReader({ plugins: tinyPlugins, defaults: tinyDefaults, allowPlugins }).readConfig(file);
}

describe('code runs without a question', () => {
  it('when it is installed where the user works, or above', async () => {
    packageAt('project/node_modules/foo-a', 'foo-a');
    await use('foo-a', 'project');
    packageAt('node_modules/foo-b', 'foo-b');
    await use('foo-b', 'project');
    // Also for a run folder that someone sent: what is installed here is the user's.
    await use('foo-a', 'project/run');
    expect(ran()).toBe(true);
    expect(existsSync(consentFile())).toBe(false);
  });

  it('when a package is linked into the node_modules there', async () => {
    packageAt('elsewhere/mine', 'foo-mine');
    mkdirSync('node_modules');
    symlinkSync(join(folder, 'elsewhere', 'mine'), join('node_modules', 'foo-mine'));
    await use('foo-mine', 'project');
    expect(ran()).toBe(true);
  });
});

describe('code waits for consent', () => {
  const cases = [
    ['a folder beside the configuration', './foo', 'received', 'received/foo'],
    ['a folder in the working folder', './foo', 'project', 'project/foo'],
    ['packages that lie beside a configuration elsewhere', 'foo', 'received', 'received/node_modules/foo'],
    ['packages in a run folder', 'foo', 'project/run', 'project/run/node_modules/foo'],
  ] as const;
  it.each(cases)('of %s', async (_, name, place, at) => {
    const path = packageAt(at, name);
    await expect(use(name, place)).rejects.toMatchObject({
      code: 'PLUGIN_NOT_ALLOWED',
      message: expect.stringContaining(await folderDigest(path)),
    });
    expect(ran()).toBe(false);
    await use(name, place, true);
    expect(ran()).toBe(true);
    await use(name, place);
  });

  it('of packages in a run folder, also when the user stands in it', async () => {
    packageAt('project/run/node_modules/foo', 'foo');
    writeFileSync('run/run.json', '{}');
    process.chdir('run');
    await expect(use('foo', 'project/run')).rejects.toMatchObject({ code: 'PLUGIN_NOT_ALLOWED' });
    expect(ran()).toBe(false);
  });

  it('again when any of its files has changed, and not for a copy', async () => {
    const path = packageAt('project/foo', 'foo');
    await use('./foo', 'project', true);
    packageAt('other/foo', 'foo');
    await use('./foo', 'other');
    mkdirSync(join(path, 'node_modules', 'inner'), { recursive: true });
    writeFileSync(join(path, 'node_modules', 'inner', 'index.js'), 'changed');
    await expect(use('./foo', 'project')).rejects.toMatchObject({ code: 'PLUGIN_NOT_ALLOWED' });
    expect(Object.values(JSON.parse(readFileSync(consentFile(), 'utf8')).allowed)).toHaveLength(1);
  });

  it('when what was remembered is damaged', async () => {
    packageAt('project/foo', 'foo');
    await use('./foo', 'project', true);
    writeFileSync(consentFile(), '{"version":1,"allowed":');
    await expect(use('./foo', 'project')).rejects.toMatchObject({ code: 'PLUGIN_NOT_ALLOWED' });
  });
});

describe('packages', () => {
  it('are not looked for outside of node_modules, and do not name files outside of themselves', async () => {
    packageAt('evil', 'evil');
    await expect(use('a/../../../evil', 'project', true)).rejects.toMatchObject({ code: 'PLUGIN_UNKNOWN' });
    const path = packageAt('project/node_modules/foo', 'foo');
    const json = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    writeFileSync(join(path, 'package.json'), JSON.stringify({ ...json, main: '../../../evil/index.mjs' }));
    await expect(use('foo', 'project', true)).rejects.toMatchObject({ code: 'PLUGIN_INVALID' });
    writeFileSync(join(path, 'package.json'), 'null');
    await expect(use('foo', 'project', true)).rejects.toMatchObject({ code: 'PLUGIN_INVALID' });
    expect(ran()).toBe(false);
  });
});
