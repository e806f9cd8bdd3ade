/** Every check accepts what is good and refuses each fixture with the one thing that is broken in it. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { augmentations, metrics } from './testing/augmentation-fixtures.js';
import { labellers, sources, splitters, type Case } from './testing/data-fixtures.js';
import { explainers, losses, models } from './testing/learning-fixtures.js';
import { labelledItems, stages } from './testing/stage-fixtures.js';
import * as testkit from '@foveate/testkit';

const engines = [onnxEngine({ threads: 1 }), tfjsEngine()] as const;
afterAll(() => {
  for (const engine of engines) engine.dispose();
});

function proves<P>(name: string, cases: readonly Case<P>[], check: (plugin: P) => Promise<void>): void {
  describe(name, () => {
    it.each(cases)('says of %s what is broken', async (...[, plugin, message]) => {
      if (message === undefined) return expect(await check(plugin)).toBeUndefined();
      await expect(check(plugin)).rejects.toMatchObject({
        code: 'PLUGIN_INVALID',
        message: expect.stringContaining(message),
      });
    });
  });
}

proves('checkStage', stages, (plugin) => testkit.checkStage(plugin, { items: labelledItems }));
proves('checkSource', sources, testkit.checkSource);
proves('checkSplitter', splitters, testkit.checkSplitter);
proves('checkLabeller', labellers, testkit.checkLabeller);
proves('checkAugmentation', augmentations, testkit.checkAugmentation);
proves('checkMetric', metrics, testkit.checkMetric);
proves('checkLoss', losses, (plugin) => testkit.checkLoss(plugin, { engines }));
proves('checkExplainer', explainers, (plugin) => testkit.checkExplainer(plugin, { engines }));
proves('checkModel', models, (plugin) => testkit.checkModel(plugin, { engines, size: [16, 16] }));
