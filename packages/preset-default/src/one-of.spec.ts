/** Plugins that name plugins in their options: `one-of`, from the configuration to the service. */
import { describe, expect, it } from '@jest/globals';
import { random } from '@foveate/contracts';
import { createRunner } from '@foveate/pipeline';
import { buildServices } from '../../assembly/src/container.js';
import { defaultConfig, defaultPlugins } from './index.js';

const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });
const makeConfig = (augment: readonly unknown[]) => runner.makeConfig({ data: { augment } }, '/');

const nested = {
  id: 'one-of',
  of: ['gamma', { id: 'glare', strength: 0.2 }, { id: 'one-of', of: ['flip-vertical'] }],
  weights: [0, 0, 1],
};

describe('one-of in a configuration', () => {
  it('has the options of the plugins it names, checked and with their defaults', async () => {
    const { augment } = (await makeConfig([nested])).data;
    expect(augment[0]?.options['of']).toEqual([
      { id: 'gamma', limit: 1.3, probability: 1 },
      { id: 'glare', strength: 0.2, size: 0.2, probability: 0.3 },
      { id: 'one-of', of: [{ id: 'flip-vertical', probability: 0.5 }], probability: 1 },
    ]);
  });

  it('is the same when it is written and read again', async () => {
    const { augment } = (await makeConfig([nested])).data;
    const again = await makeConfig(augment.map(({ id, options }) => ({ id, ...options })));
    expect(again.data.augment).toEqual(augment);
  });

  it('is built with the services of the plugins it names', async () => {
    const config = await makeConfig([
      { ...nested, of: [...nested.of.slice(0, 2), { id: 'one-of', of: ['rotate-90'] }] },
    ]);
    const [service] = await (await buildServices(config, runner.registry)).list('augmentation');
    expect(service?.effect).toBe('geometric');
    const drawn = Array.from({ length: 30 }, (_, i) => service?.draw(random(1, i), { width: 8, height: 8 }));
    expect(drawn).toContainEqual({ id: 'one-of', index: 2, parameters: { id: 'rotate-90', index: 0, parameters: { turns: 1 } } }); // prettier-ignore
  });

  it.each([
    [['gama'], /data\.augment\.0\.of\.0: unknown augmentation 'gama'\. Did you mean 'gamma'/],
    [[{ id: 'glare', strenth: 1 }], /data\.augment\.0\.of\.0\.strenth: unknown key\. Did you mean 'strength'/],
    [[{ id: 'one-of', of: [{ id: 'gamma', limit: 0 }] }], /data\.augment\.0\.of\.0\.of\.0\.limit: /],
    ['gamma', /data\.augment\.0\.of: /],
    [[], /data\.augment\.0\.of: /],
    [[7], /data\.augment\.0\.of\.0: expected an augmentation/],
  ])('says where it is wrong: %j', async (of, message) => {
    await expect(makeConfig([{ id: 'one-of', of }])).rejects.toThrow(message);
  });

  it('is in the schema, its list too', async () => {
    const schema = (await runner.jsonSchema()) as unknown as {
      $defs: { augmentation: { anyOf: { properties?: Record<string, { const?: string; items?: object }> }[] } };
      properties: { data: { properties: { augment: { items: object } } } };
    };
    const reference = { $ref: '#/$defs/augmentation' };
    expect(schema.properties.data.properties.augment.items).toEqual(reference);
    const own = schema.$defs.augmentation.anyOf.find(({ properties }) => properties?.['id']?.const === 'one-of');
    expect(own?.properties?.['of']?.items).toEqual(reference);
  });
});
