/** Records of a run folder, checked before they are believed: a folder may come from someone else. */
import { join } from 'node:path';
import { fail, isNestedDeeper, messageOf } from '@foveate/contracts';
import { readRegularFile, resolveInside } from '@foveate/contracts/node';
import type { z } from 'zod';
import type { RunRecord, SampleRecord } from '@foveate/contracts';
import { runRecordSchema, sampleSchema } from '../run-schema.js';

/** Bytes of the largest file of a run that is text: that many hold the records of a million samples. */
const textLimit = 2 ** 29;
/** Levels of the deepest record; configurations have half a dozen. */
const depthLimit = 64;

/** What run.json of a folder says; null when there is none. @throws FoveateError `RUN_INVALID` naming the key */
export async function readRecord(folder: string): Promise<RunRecord | null> {
  const text = await readText(folder, 'run.json');
  return text === null ? null : parse(text, runRecordSchema, join(folder, 'run.json'));
}

/** What samples.jsonl of a folder says; null when there is none. @throws FoveateError `RUN_INVALID` naming the line */
export function readSamples(folder: string): Promise<readonly SampleRecord[] | null> {
  return readLines(folder, 'samples.jsonl', sampleSchema);
}

async function readText(folder: string, name: string): Promise<string | null> {
  const path = resolveInside(folder, name);
  try {
    return (await readRegularFile(path, textLimit)).toString('utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw fail({ code: 'RUN_INVALID', what: 'this file cannot be read', where: path, got: String(code), cause });
  }
}

/** Records of a JSON Lines file of a run folder; null when there is none. @throws FoveateError `RUN_INVALID` naming the line */
export async function readLines<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<readonly T[] | null> {
  const text = await readText(folder, name);
  if (text === null) return null;
  const where = (line: number) => `${join(folder, name)}:${String(line)}`;
  return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parse(line, schema, where(i + 1))]));
}

function parse<T>(text: string, schema: z.ZodType<T>, where: string): T {
  const advice = 'Was the file edited or cut short? Run the training again, or remove the folder from the report';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail({ code: 'RUN_INVALID', what: 'this is not valid JSON', where, got: messageOf(cause), advice, cause });
  }
  if (isNestedDeeper(value, depthLimit)) {
    throw fail({ code: 'RUN_INVALID', what: 'this is nested deeper than anything a run writes', where, advice });
  }
  const result = schema.safeParse(value);
  // As it was written: a run may say more than a page needs, and what is resumed must not lose it.
  if (result.success) return value as T;
  const [issue] = result.error.issues;
  const key = issue?.path.map(String).join('.') ?? '';
  throw fail({
    code: 'RUN_INVALID',
    what: key === '' ? 'this is not what a run writes' : `'${key}' is not what a run writes`,
    where,
    got: issue?.message ?? 'something else',
    advice,
  });
}
