import { afterAll } from '@jest/globals';
import type { Engine } from '@foveate/contracts';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { onnxEngine } from '../index.js';

/** The engine under test on so many threads, and its oracle, pure JavaScript. Disposed of after all tests of the file. */
export function bothEngines(threads: number): readonly [onnx: Engine, oracle: Engine] {
  const engines = [onnxEngine({ threads }), tfjsEngine()] as const;
  afterAll(() => {
    engines.forEach((engine) => {
      engine.dispose();
    });
  });
  return engines;
}
