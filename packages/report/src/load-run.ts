import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { fail } from '@foveate/contracts';
import type { z } from 'zod';
import { predictionSchema, runRecordSchema, sampleSchema } from './_run-schema.js';
import type { ReportRun } from './report-run.js';

/**
 * Reads a run folder: run.json, predictions.jsonl and, when there is one, samples.jsonl. Images are read later, one by
 * one, when the page needs them.
 * @throws FoveateError `PATH_MISSING` when there is no run.json; `RUN_INVALID` naming file and line when something in
 * the folder is not what a run writes
 */
export async function loadRun(folder: string): Promise<ReportRun> {
  const runPath = join(folder, 'run.json');
  const runText = await readText(runPath);
  if (runText === null) {
    throw fail({
      code: 'PATH_MISSING',
      what: 'this is not a run folder, it has no run.json',
      where: folder,
      advice: 'Name a folder that `foveate train` wrote',
    });
  }
  const record = parse(runText, runRecordSchema, runPath);
  const predictionsPath = join(folder, 'predictions.jsonl');
  const predictions = await readLines(predictionsPath, predictionSchema);
  if (predictions === null && record.test !== null) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'run.json has test figures, but the predictions they were computed from are missing',
      where: predictionsPath,
      advice: 'Run `foveate evaluate` on the folder to write them again',
    });
  }
  const samples = await readLines(join(folder, 'samples.jsonl'), sampleSchema);
  return {
    record,
    predictions: predictions ?? [],
    ...(samples === null ? {} : { samples }),
    images: (path) => readImage(folder, path),
  };
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw fail({ code: 'RUN_INVALID', what: 'this file cannot be read', where: path, got: String(code), cause });
  }
}

async function readLines<T>(path: string, schema: z.ZodType<T>): Promise<readonly T[] | null> {
  const text = await readText(path);
  if (text === null) return null;
  return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parse(line, schema, `${path}:${i + 1}`)]));
}

function parse<T>(text: string, schema: z.ZodType<T>, where: string): T {
  const advice = 'Was the file edited or cut short? Run the training again, or remove the folder from the report';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail({ code: 'RUN_INVALID', what: 'this is not valid JSON', where, got: reasonOf(cause), advice, cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
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

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function readImage(folder: string, path: string): Uint8Array {
  const where = join(folder, path);
  const inside = relative(folder, where);
  // A run folder may come from someone else; a report must not carry off other files of this machine.
  if (isAbsolute(path) || isAbsolute(inside) || inside.startsWith('..')) {
    throw fail({
      code: 'RUN_INVALID',
      what: `run.json names an image outside of the run folder`,
      where: join(folder, 'run.json'),
      got: path,
    });
  }
  try {
    return readFileSync(where);
  } catch (cause) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'an image that run.json names cannot be read',
      where,
      got: String((cause as NodeJS.ErrnoException).code),
      advice: 'Run `foveate evaluate` on the folder to write it again',
      cause,
    });
  }
}
