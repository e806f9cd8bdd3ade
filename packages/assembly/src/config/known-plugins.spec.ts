import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { tinyDefaults, tinyPlugins } from '../../../../tools/testing/tiny-plugins.js';
import { configReader } from '../config-reader.js';

const folder = mkdtempSync(join(tmpdir(), 'foveate-known-'));
process.env['FOVEATE_HOME'] = join(folder, 'home');
const runner = configReader({ plugins: tinyPlugins, defaults: tinyDefaults, allowPlugins: true });

/** A package with a loss `foo` whose options have a JSON Schema of their own. */
function install(at: string, schema: object): void {
  const place = join(folder, at);
  mkdirSync(place, { recursive: true });
  const identity = { kind: 'loss', id: 'foo', summary: 'A loss.' };
  const foveate = { contract: '^2', plugins: [{ ...identity, export: 'foo' }] };
  writeFileSync(join(place, 'package.json'), JSON.stringify({ type: 'module', main: 'main.js', foveate }));
  writeFileSync(
    join(place, 'main.js'),
    `export const foo = {
      meta: { ...${JSON.stringify(identity)}, contract: '^2' },
      options: { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }),
        jsonSchema: { input: () => (${JSON.stringify(schema)}), output: () => ({}) } } },
      register: () => ({}),
    };`,
  );
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** What a schema says of references to the loss `foo`. */
async function fooOf(names: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { properties } = (await runner.jsonSchema(names)) as {
    properties: { loss: { anyOf: readonly { const?: string; properties?: { id?: { const?: string } } }[] } };
  };
  return properties.loss.anyOf.filter((one) => one.const === 'foo' || one.properties?.id?.const === 'foo');
}

const strict = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

describe('packages that are named', () => {
  install('node_modules/foo', strict({ gamma: { type: 'number' } }));

  it('are known from a configuration, by the side of which they are looked for', async () => {
    expect(await fooOf([])).toEqual([]);
    // Not a valid configuration, which does not matter here.
    const config = file('a.yaml', 'plugins: [foo]\nloss: { id: foo, gama: 1 }\nseed: none\n');
    expect(await fooOf([config])).toMatchObject([{ const: 'foo' }, { properties: { gamma: { type: 'number' } } }]);
    const list = (await runner.knownPlugins([config])).list('loss');
    expect(list.map(({ meta, packageName }) => [meta.id, packageName])).toContainEqual(['foo', 'foo']);
  });

  it('may be named by several configurations', async () => {
    const names = [file('b.yaml', 'plugins: [foo]'), file('c.json', '{ "plugins": ["foo"], "seed": 1 }')];
    expect((await runner.knownPlugins(names)).ids('loss')).toContain('foo');
  });

  it('are listed without running them', async () => {
    const place = join(folder, 'node_modules', 'loud');
    mkdirSync(place, { recursive: true });
    const plugins = [{ kind: 'metric', id: 'loud', export: 'loud', summary: 'A metric.' }];
    writeFileSync(
      join(place, 'package.json'),
      JSON.stringify({ main: 'main.js', foveate: { contract: '^2', plugins } }),
    );
    writeFileSync(join(place, 'main.js'), 'throw new Error("run");');
    const known = await runner.knownPlugins([file('loud.yaml', 'plugins: [loud]')]);
    expect(known.ids('metric')).toContain('loud');
  });

  it.each([
    ['nowhere.yaml', 'PATH_MISSING'],
    ['@acme/none', 'PLUGIN_UNKNOWN'],
    ['./none', 'PLUGIN_UNKNOWN'],
  ])('%s is missed', async (name, code) => {
    await expect(runner.jsonSchema([name])).rejects.toMatchObject({ code });
  });

  it('a file that is no configuration is refused', async () => {
    await expect(runner.knownPlugins([file('word.yaml', 'nonsense')])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

describe('options of packages', () => {
  let count = 0;
  const schemaWith = async (options: object) => {
    const name = `options-${String(++count)}`;
    install(`node_modules/${name}`, options);
    const config = file(`${name}.yaml`, `plugins: [${name}]`);
    return { forms: await fooOf([config]), schema: await runner.jsonSchema([config]) };
  };

  it('that are a union have a form for each choice', async () => {
    const { forms } = await schemaWith({
      oneOf: [strict({ kind: { const: 'a' } }, ['kind']), strict({ kind: { const: 'b' }, by: {} }, ['kind', 'by'])],
    });
    expect(forms).toMatchObject([
      { properties: { id: { const: 'foo' }, kind: { const: 'a' } }, required: ['id', 'kind'] },
      { properties: { id: { const: 'foo' }, kind: { const: 'b' }, by: {} }, required: ['id', 'kind', 'by'] },
    ]);
  });

  it('that are all of several things are one form', async () => {
    const { forms } = await schemaWith({ allOf: [strict({ a: {} }, ['a']), strict({ b: {} })] });
    expect(forms).toMatchObject([{ properties: { id: {}, a: {}, b: {} }, required: ['id', 'a'] }]);
  });

  it('take other keys where they say so', async () => {
    const { forms } = await schemaWith({ type: 'object', additionalProperties: { type: 'number' } });
    expect(forms[1]).toMatchObject({ additionalProperties: { type: 'number' } });
  });

  it('that refer to themselves still do', async () => {
    const { forms, schema } = await schemaWith({
      ...strict({ inner: { $ref: '#' }, part: { $ref: '#/$defs/part' } }),
      $defs: { part: { type: 'string' } },
    });
    expect(forms[1]).toMatchObject({
      properties: { inner: { $ref: '#/$defs/loss-foo' }, part: { $ref: '#/$defs/loss-foo-part' } },
    });
    expect(schema['$defs']).toMatchObject({
      'loss-foo': { properties: { inner: { $ref: '#/$defs/loss-foo' } } },
      'loss-foo-part': { type: 'string' },
    });
  });
});
