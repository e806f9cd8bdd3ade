import { describe, expect, it } from '@jest/globals';
import { definePlugin } from '@foveate/contracts';
import type { AnyPlugin, Labeller, Loss, PluginContext } from '@foveate/contracts';
import { z } from 'zod';
import { tinyDefaults, tinyPlugins } from '../../../tools/testing/tiny-plugins.js';
import { makeConfig } from './config/read.js';
import { buildServices } from './container.js';
import { Registry } from './registry.js';

const good = { kind: 'loss', id: 'my-loss', contract: '^2', summary: 'A loss.' } as const;
const shape = { options: z.strictObject({}), register: () => ({}) as Loss };

describe('Registry', () => {
  it.each([
    ['an unknown kind', { ...shape, meta: { ...good, kind: 'looss' } }, 'expected one of preset, stage, source, aoi'],
    [
      'a malformed id',
      { ...shape, meta: { ...good, id: 'My Loss' } },
      'lower case words joined by hyphens, got "My Loss"',
    ],
    [
      'another contract',
      { ...shape, meta: { ...good, contract: '^3' } },
      'expected a range that holds 2.0.0, such as \'^2\', got "^3"',
    ],
    ['the first contract', { ...shape, meta: { ...good, contract: 1 } }, 'written for another contract'],
    ['no summary', { ...shape, meta: { ...good, summary: '' } }, 'has no summary'],
    ['no schema', { ...shape, meta: good, options: {} }, 'not described by a schema'],
    ['no register', { meta: good, options: shape.options }, 'has no register function'],
    ['nothing', undefined, 'Plugin has no known kind'],
  ])('refuses %s', (_, plugin, message) => {
    expect(() => Registry.of([plugin as unknown as AnyPlugin])).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it('refuses two plugins of one name and lists by kind and id', () => {
    const plugin = { ...shape, meta: good };
    expect(() => Registry.of([plugin, plugin])).toThrow(/Two plugins are called loss\/my-loss/);
    const registry = Registry.of([plugin, ...tinyPlugins]);
    expect(registry.list('loss').map(({ meta }) => meta.id)).toEqual(['ce', 'my-loss']);
    expect(registry.list()[0]?.meta.kind).toBe('stage');
    expect(() => registry.get('loss', 'my-los')).toThrow(/Did you mean 'my-loss'\?/);
  });
});

/** A loss and a labeller that ask the container for something while they are built. */
function asking(id: string, ask: (context: PluginContext) => unknown, made: unknown = {}) {
  return {
    loss: definePlugin({
      meta: { ...good, id },
      options: z.strictObject({ factor: z.number().default(1).describe('A factor.') }),
      register: async ({ factor }, context) => ({ asked: await ask(context), factor, made }) as unknown as Loss,
    }),
    labeller: definePlugin({
      meta: { kind: 'labeller', id, contract: '^2', summary: 'A labeller.' },
      options: z.strictObject({}),
      register: async (_, context) => ({ asked: await ask(context) }) as unknown as Labeller,
    }),
  };
}

async function services(plugins: readonly AnyPlugin[], config: object) {
  const registry = Registry.of([...tinyPlugins, ...plugins]);
  return buildServices(
    await makeConfig(config, '/base', { registry, defaults: tinyDefaults, consent: 'ask' }),
    registry,
  );
}

describe('buildServices', () => {
  it('builds each service once, with its options, and lists in order', async () => {
    const { get, list } = await services([], { data: { augment: [{ id: 'jitter', by: 1 }, 'jitter'] } });
    expect(await get('loss')).toBe(await get('loss'));
    expect(await list('augmentation')).toHaveLength(2);
    expect(await list('metric')).toHaveLength(1);
  });

  it('lets plugins ask for the configured service and for others by id', async () => {
    const other = asking('other', ({ baseFolder, seed }) => [baseFolder, seed]);
    const mine = asking('mine', (context) => Promise.all([context.get('explainer'), context.get('loss', 'other')]));
    const { get } = await services([other.loss, mine.loss], { loss: { id: 'mine', factor: 3 }, seed: 5 });
    expect(await get('loss')).toMatchObject({
      factor: 3,
      asked: [{ heatmap: expect.any(Function) }, { asked: ['/base', 5], factor: 1 }],
    });
  });

  it('says who asks for whom in a circle', async () => {
    const first = asking('first', (context) => context.get('labeller')).loss;
    const second = asking('second', (context) => context.get('loss')).labeller;
    const { get } = await services([first, second], { loss: 'first', data: { label: 'second' } });
    // Both ends at once: each waits for what the other has begun.
    const both = await Promise.allSettled([get('loss'), get('labeller')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(get('loss')).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringMatching(
        /in a circle: (loss 'first' -> labeller 'second' -> loss 'first'|labeller 'second' -> loss 'first' -> labeller 'second')/,
      ),
    });
  });

  it('passes on the error of a plugin, and one for a plugin nobody registered', async () => {
    const asks = asking('asks', (context) => context.get('loss', 'cee')).loss;
    const { get } = await services([asks], { loss: 'asks' });
    await expect(get('loss')).rejects.toMatchObject({ code: 'PLUGIN_UNKNOWN' });
  });
});
