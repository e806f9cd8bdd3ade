/** What an audit of a run found, kept in its folder. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readRegularFile, writeAtomically } from '@foveate/contracts/node';
import { readRunRecord } from '@foveate/run-record/node';
import type { AuditRow } from '@foveate/report';
import { z } from 'zod';

const count = z.int().min(0);

const auditSchema = z.object({
  version: z.literal(1),
  /** When the run that was audited began, and how long it trained: one that was replaced or lengthened has another audit. */
  startedAt: z.string(),
  epochs: count,
  images: count,
  disturbances: z.array(z.string()),
  rows: z.array(
    z
      .object({
        id: z.string(),
        side: z.enum(['outside', 'inside']),
        label: z.union([z.literal(0), z.literal(1)]),
        images: count,
        flips: count,
        interval: z.object({ low: z.number(), high: z.number() }),
        moved: z.number(),
      })
      .refine(({ images, flips }) => flips <= images),
  ),
});

/** What makes one audit like another. */
export interface AuditKind {
  /** Test images at most. */
  readonly images: number;
  /** What is done to them, each way with its options. */
  readonly disturbances: readonly string[];
}

/** Bytes of the largest file; one has some thousand. */
const limit = 2 ** 20;

const pathIn = (folder: string) => join(folder, 'audit.json');

/** What was found; undefined where that run was not audited so. */
export async function readAudit(folder: string, kind: AuditKind): Promise<readonly AuditRow[] | undefined> {
  const text = await readRegularFile(pathIn(folder), limit).catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = auditSchema.safeParse(jsonOf(text.toString('utf8')));
  // One that cannot be read, or was made otherwise, is made again.
  if (!parsed.success) return undefined;
  const { rows, ...made } = parsed.data;
  return isDeepStrictEqual(made, await headOf(folder, kind)) ? rows : undefined;
}

/** Keeps what was found. */
export async function writeAudit(folder: string, kind: AuditKind, rows: readonly AuditRow[]): Promise<void> {
  const audit = { ...(await headOf(folder, kind)), rows };
  await writeAtomically(pathIn(folder), `${JSON.stringify(audit, null, 2)}\n`);
}

/** What an audit says of itself: of which training of the folder it is, and how it was made. */
async function headOf(folder: string, kind: AuditKind) {
  const { startedAt, epochs } = await readRunRecord(folder);
  return { version: 1, startedAt, epochs: epochs.length, ...kind };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
