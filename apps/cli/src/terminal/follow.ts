/** A task on the terminal: a bar while it goes on, stopped by Ctrl-C. */
import type { Task, TaskOptions } from '@foveate/pipeline';
import { CountBar } from './count-bar.js';
import { interruptible } from './interrupt.js';

/**
 * Follows a task to its result.
 * @param start gets the signal that Ctrl-C aborts
 */
export function follow<Result>(start: (options: Required<TaskOptions>) => Task<Result>): Promise<Result> {
  const bar = new CountBar();
  return interruptible(async (signal) => {
    let result: Result | undefined;
    try {
      await start({ signal }).forEach((event) => {
        if (event.type === 'result') result = event.result;
        else bar.show(event.what, event.done, event.total);
      });
    } finally {
      bar.clear();
    }
    return result as Result;
  });
}
