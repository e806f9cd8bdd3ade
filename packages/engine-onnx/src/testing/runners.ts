import { afterEach } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { createRunner, type Runner } from '../index.js';

/** Makes runners on so many threads that are disposed of after each test, as are all variables. */
export function runners(threads: number): (program: Parameters<typeof createRunner>[0]) => Runner {
  const open: Runner[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((runner) => runner.dispose()));
    tf.disposeVariables();
  });
  return (program) => {
    const runner = createRunner(program, { threads });
    open.push(runner);
    return runner;
  };
}
