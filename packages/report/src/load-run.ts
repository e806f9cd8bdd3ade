import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, isNestedDeeper, readRegularFile, resolveInside } from '@foveate/contracts';
import type { RunRecord, SampleRecord } from '@foveate/contracts';
import type { z } from 'zod';
import { predictionSchema, runRecordSchema, sampleSchema } from './run-schema.js';
import type { ReportRun } from './report-run.js';

/** Bytes of the largest file of a run that is text: that many hold the records of a million samples. */
const textLimit = 2 ** 29;
/** Bytes of the largest picture a page takes in. */
const imageLimit = 2 ** 26;
/** Levels of the deepest record; configurations have half a dozen. */
const depthLimit = 64;

/**
 * Reads a run folder: run.json, predictions.jsonl and, when there is one, samples.jsonl. Images are read later, one by
 * one, when the page needs them. Links that lead out of the folder are not followed.
 * @throws FoveateError `PATH_MISSING` when there is no run.json; `RUN_INVALID` naming file and line when something in
 * the folder is not what a run writes
 */
export async function loadRun(folder: string): Promise<ReportRun> {
  const record = await readRecord(folder);
  if (record === null) {
    throw fail({
      code: 'PATH_MISSING',
      what: 'this is not a run folder, it has no run.json',
      where: folder,
      advice: 'Name a folder that `foveate train` wrote',
    });
  }
  const predictions = await readLines(folder, 'predictions.jsonl', predictionSchema);
  if (predictions === null && record.test !== null) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'run.json has test figures, but the predictions they were computed from are missing',
      where: join(folder, 'predictions.jsonl'),
      advice: `Run \`foveate evaluate ${folder}\`, which writes them again`,
    });
  }
  const samples = await readSamples(folder);
  return {
    record,
    predictions: predictions ?? [],
    ...(samples === null ? {} : { samples }),
    images: (path) => readImage(folder, path),
  };
}

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

async function readLines<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<readonly T[] | null> {
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
    throw fail({ code: 'RUN_INVALID', what: 'this is not valid JSON', where, got: reasonOf(cause), advice, cause });
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

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** How a PNG file begins and ends: its signature with the length and name of the header, and its empty last part. */
const [pngStart, pngEnd] = ['89504e470d0a1a0a0000000d49484452', '0000000049454e44ae426082'].map((hex) =>
  Buffer.from(hex, 'hex'),
) as [Buffer, Buffer];

/** A run folder may come from someone else; a report must not carry off other files of this machine. */
function readImage(folder: string, path: string): Uint8Array {
  const where = resolveInside(folder, path);
  // A run that is complete has its pictures made again from its best weights.
  const advice = `Run \`foveate train --config ${join(folder, 'config.yaml')} --out ${folder} --resume\` to write it again`;
  let bytes: Buffer;
  try {
    const stats = statSync(where);
    if (!stats.isFile() || stats.size > imageLimit) {
      throw Object.assign(new Error('no picture'), { code: stats.isFile() ? 'EFBIG' : 'not a file' });
    }
    bytes = readFileSync(where);
  } catch (cause) {
    const got = String((cause as NodeJS.ErrnoException).code);
    throw fail({ code: 'RUN_INVALID', what: 'an image that run.json names cannot be read', where, got, advice, cause });
  }
  const isWhole = bytes.subarray(0, pngStart.length).equals(pngStart) && bytes.subarray(-pngEnd.length).equals(pngEnd);
  if (isWhole) return bytes;
  throw fail({
    code: 'RUN_INVALID',
    what: 'an image that run.json names is none, or only a part of one',
    where,
    expected: 'a PNG file',
    got: `${String(bytes.length)} bytes of something else`,
    advice,
  });
}
