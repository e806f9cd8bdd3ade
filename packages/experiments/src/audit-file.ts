/** What an audit of a run found, kept in its folder. */
import { join } from 'node:path';
import { readRegularFile, writeAtomically } from '@foveate/contracts/node';
import { readRunRecord } from '@foveate/run-record/node';
import type { AuditRow } from '@foveate/report';
import { z } from 'zod';

const count = z.int().min(0);

const auditSchema = z.object({
  version: z.literal(1),
  /** When the run that was audited began: one that was replaced has another audit. */
  startedAt: z.string(),
  images: count,
  rows: z.array(
    z.object({
      id: z.string(),
      side: z.enum(['outside', 'inside']),
      label: z.union([z.literal(0), z.literal(1)]),
      images: count,
      flips: count,
      interval: z.object({ low: z.number(), high: z.number() }),
      moved: z.number(),
    }),
  ),
});

/** Bytes of the largest file; one has some thousand. */
const limit = 2 ** 20;

const pathIn = (folder: string) => join(folder, 'audit.json');

/** What was found on at most so many test images; undefined where that run was not audited so. */
export async function readAudit(folder: string, images: number): Promise<readonly AuditRow[] | undefined> {
  const text = await readRegularFile(pathIn(folder), limit).catch(() => undefined);
  if (text === undefined) return undefined;
  const { startedAt } = await readRunRecord(folder);
  const parsed = auditSchema.safeParse(jsonOf(text.toString('utf8')));
  // One that cannot be read is made again.
  if (!parsed.success || parsed.data.images !== images || parsed.data.startedAt !== startedAt) return undefined;
  return parsed.data.rows;
}

/** Keeps what was found. */
export async function writeAudit(folder: string, images: number, rows: readonly AuditRow[]): Promise<void> {
  const { startedAt } = await readRunRecord(folder);
  await writeAtomically(pathIn(folder), `${JSON.stringify({ version: 1, startedAt, images, rows }, null, 2)}\n`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
