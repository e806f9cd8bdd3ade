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
      await shorten(files.step, run.resumedFrom);
      let hasSteps = !(await isEmpty(files.step));
      const addStep = (row: Row) => {
        const columns = Object.keys(row);
        append(files.step, `${hasSteps ? '' : header(columns)}${line(row, columns)}`);
        hasSteps = true;
      };
      const epochs: Row[] = [];
      let columns: readonly string[] = [];
      const addEpoch = (row: Row) => {
        epochs.push(row);
        const all = [...new Set([...columns, ...Object.keys(row)])];
        if (all.length === columns.length) return append(files.epoch, line(row, columns));
        // Metrics need not be measured in every epoch: where a column comes later, the table is written anew.
        columns = all;
        writeFileSync(files.epoch, `${header(columns)}${epochs.map((one) => line(one, all)).join('')}`);
      };
      await follow(events, (event) => {
        // A process that was killed between a checkpoint and the row of its epoch left that row out.
        if (event.type === 'begin') {
          writeFileSync(files.epoch, '');
          for (const record of event.record.epochs) addEpoch(epochRow(record));
        }
        if (event.type === 'step') addStep(stepRow(event));
        if (event.type === 'epoch') addEpoch(epochRow(event.record));
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
