/** Learning curves as tables, by step and by epoch: `logs/steps.*` and `logs/epochs.*`. */
import { definePlugin, type RunObserver } from '@foveate/contracts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { append, follow, isEmpty, openLogFolder, shorten } from './log-files.js';
import { epochRow, formats, stepRow, type Row } from './rows.js';

function tables(kind: keyof typeof formats): RunObserver {
  const { header, line } = formats[kind];
  return {
    async observe(events, run) {
      const folder = await openLogFolder(run);
      const files = { step: join(folder, `steps.${kind}`), epoch: join(folder, `epochs.${kind}`) };
      const isNew = { step: true, epoch: true };
      for (const name of ['step', 'epoch'] as const) {
        await shorten(files[name], run.resumedFrom);
        isNew[name] = await isEmpty(files[name]);
      }
      const add = (name: 'step' | 'epoch', row: Row) => {
        append(files[name], `${isNew[name] ? header(row) : ''}${line(row)}`);
        isNew[name] = false;
      };
      await follow(events, (event) => {
        // A process that was killed between a checkpoint and the row of its epoch left that row out.
        if (event.type === 'begin') {
          writeFileSync(files.epoch, '');
          isNew.epoch = true;
          for (const record of event.record.epochs) add('epoch', epochRow(record));
        }
        if (event.type === 'step') add('step', stepRow(event));
        if (event.type === 'epoch') add('epoch', epochRow(event.record));
      });
    },
  };
}

/** JSON Lines. */
export const jsonl = definePlugin({
  meta: {
    kind: 'observer',
    id: 'jsonl',
    contract: '^2',
    summary: 'The learning curve as JSON Lines, by step and epoch.',
  },
  options: z.strictObject({}),
  register: () => tables('jsonl'),
});

/** Comma-separated values. */
export const csv = definePlugin({
  meta: {
    kind: 'observer',
    id: 'csv',
    contract: '^2',
    summary: 'The learning curve as CSV tables, by step and epoch.',
  },
  options: z.strictObject({}),
  register: () => tables('csv'),
});
