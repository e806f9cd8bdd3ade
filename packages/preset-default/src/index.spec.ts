import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pluginKinds } from '@foveate/contracts';
import { createRunner } from '@foveate/pipeline';
import { defaultConfig, defaultPlugins } from './index.js';

const packages = new URL('../../', import.meta.url);
const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });

interface Manifest {
  readonly foveate?: { readonly contract: number; readonly plugins: readonly Record<string, string>[] };
}

describe('defaultPlugins', () => {
  it('has at least one plugin of each kind', () => {
    expect([...new Set(runner.registry.list().map(({ meta }) => meta.kind))]).toEqual(pluginKinds);
  });

  it('are those of the manifests, word for word', () => {
    const own = JSON.parse(readFileSync(new URL('preset-default/package.json', packages), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const listed = ['@foveate/preset-default', ...Object.keys(own.dependencies)].flatMap((name) => {
      const file = new URL(`${name.replace('@foveate/', '')}/package.json`, packages);
      const { foveate } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
      return (foveate?.plugins ?? []).map(({ kind, id, summary }) => ({
        kind,
        id,
        summary,
        contract: foveate?.contract,
      }));
    });
    const key = ({ kind, id }: { kind?: string | undefined; id?: string | undefined }) => `${kind ?? ''}/${id ?? ''}`;
    const sorted = <T extends { kind?: string | undefined; id?: string | undefined }>(list: readonly T[]) =>
      list.toSorted((a, b) => key(a).localeCompare(key(b)));
    expect(sorted(listed)).toEqual(sorted(defaultPlugins.map(({ meta }) => ({ ...meta }))));
  });

  it('make a complete configuration of nothing', async () => {
    const config = await runner.makeConfig({}, '/');
    expect(config).toMatchObject({
      loss: { id: 'ce' },
      data: { size: [224, 224], source: { id: 'synthetic-zipper' } },
    });
  });
});
