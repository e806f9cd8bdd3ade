/** Learning curves for TensorBoard. */
import { definePlugin } from '@foveate/contracts';
import { rm, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileVersionRecord, scalarsRecord, sessionRecord } from './event-file.js';
import { append, follow, openLogFolder } from './log-files.js';
import { epochRow, stepRow, type Row } from './rows.js';

const prefix = 'events.out.tfevents.';

/** An event file of TensorBoard for each session of a run, in `logs`. */
export const tensorboard = definePlugin({
  meta: { kind: 'observer', id: 'tensorboard', contract: '^2', summary: 'Event files that TensorBoard reads.' },
  options: z.strictObject({}),
  register: () => ({
    async observe(events, run) {
      const folder = await openLogFolder(run);
      if (run.resumedFrom === undefined) {
        for (const name of await readdir(folder)) if (name.startsWith(prefix)) await rm(join(folder, name));
      }
      // TensorBoard reads files in the order of their names; two sessions may start within a second.
      const stamp = `${String(Math.floor(now()))}.${performance.now().toFixed(3).padStart(16, '0')}.${String(process.pid)}`;
      const file = join(folder, `${prefix}${stamp}`);
      append(file, fileVersionRecord(now()));
      if (run.resumedFrom !== undefined) {
        const step = run.resumedFrom.epoch * run.stepsPerEpoch + run.resumedFrom.step + 1;
        append(file, sessionRecord({ wallSeconds: now(), step }));
      }
      await follow(events, (event) => {
        if (event.type === 'step') {
          const step = (event.epoch - 1) * event.steps + event.step;
          append(file, scalarsRecord({ wallSeconds: now(), step }, scalars('step', stepRow(event), ['epoch', 'step'])));
        }
        if (event.type === 'epoch') {
          const figures = scalars('epoch', epochRow(event.record), ['epoch']);
          append(file, scalarsRecord({ wallSeconds: now(), step: event.record.epoch }, figures));
        }
      });
    },
  }),
});

const now = (): number => Date.now() / 1000;

/** Figures under a prefix, `.` in names as `/`, which groups charts. */
function scalars(group: string, row: Row, without: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      value === null || without.includes(name) ? [] : [[`${group}/${name.replaceAll('.', '/')}`, value]],
    ),
  );
}
