import type { EpochRecord, RunEvent } from '@foveate/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from './crc32c.js';
import { csv, jsonl, tensorboard } from './index.js';
import { from } from 'rxjs';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'foveate-logs-'));
  folder = join(parent, 'logs');
});
afterEach(() => rmSync(parent, { recursive: true }));

const stepEvent = (epoch: number, step: number): RunEvent => ({
  type: 'step',
  epoch,
  epochs: 9,
  step,
  steps: 2,
  loss: epoch + step / 10,
  parts: { ce: 0.5 },
  learningRate: 0.25,
  meanLoss: 0,
  meanAccuracy: 0,
  imagesPerSecond: 8,
  secondsLeft: 0,
});
const record = (epoch: number): EpochRecord => ({
  epoch,
  train: { loss: 0.5, accuracy: 0.75, parts: { ce: 0.5 } },
  validation: { loss: 1.5, accuracy: 0.5, auroc: epoch === 1 ? null : 0.625 },
  learningRate: 0.25,
  seconds: 2,
  imagesPerSecond: 8,
});
/** A resumed session begins with the epochs that its checkpoint knows. */
const begin = (...epochs: number[]) =>
  ({ type: 'begin', record: { epochs: epochs.map(record) } }) as unknown as RunEvent;
const epochEvent = (epoch: number): RunEvent => ({ type: 'epoch', epochs: 9, record: record(epoch), best: false });

interface Start {
  readonly epoch: number;
  readonly step: number;
}

/** @param resumedFrom epochs completed and steps done of the next one */
async function log(events: readonly RunEvent[], resumedFrom?: Start): Promise<void> {
  for (const plugin of [jsonl, csv, tensorboard]) {
    const observer = await plugin.register({}, {} as never);
    const run = { folder: parent, name: 'logged', config: {}, stepsPerEpoch: 2, resumedFrom };
    await observer.observe(from(events), run);
  }
}
const lines = (name: string) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');

/** Two epochs and a step, then a stop in the middle of the third. */
const first = [
  stepEvent(1, 1),
  stepEvent(1, 2),
  epochEvent(1),
  stepEvent(2, 1),
  stepEvent(2, 2),
  epochEvent(2),
  stepEvent(3, 1),
];
const stopped: RunEvent = { type: 'interrupted', epoch: 3, step: 1 };

describe('tables', () => {
  it('have a line for each step and epoch', async () => {
    await log([...first, stopped]);
    expect(lines('steps.csv')).toEqual([
      'epoch,step,loss,loss.ce,learningRate,imagesPerSecond',
      '1,1,1.1,0.5,0.25,8',
      '1,2,1.2,0.5,0.25,8',
      '2,1,2.1,0.5,0.25,8',
      '2,2,2.2,0.5,0.25,8',
      '3,1,3.1,0.5,0.25,8',
    ]);
    expect(lines('epochs.csv')).toEqual([
      'epoch,train.loss,train.loss.ce,train.accuracy,validation.loss,validation.accuracy,validation.auroc,learningRate,seconds,imagesPerSecond',
      '1,0.5,0.5,0.75,1.5,0.5,,0.25,2,8',
      '2,0.5,0.5,0.75,1.5,0.5,0.625,0.25,2,8',
    ]);
    expect(JSON.parse(lines('steps.jsonl')[4]!)).toMatchObject({ epoch: 3, step: 1, 'loss.ce': 0.5 });
    expect(lines('epochs.jsonl').map((line) => JSON.parse(line)['validation.auroc'])).toEqual([null, 0.625]);
  });

  it('are the same after a resumption, whatever was done in vain', async () => {
    await log([...first, stopped]);
    const straight = ['steps.csv', 'steps.jsonl'].map(lines);
    rmSync(folder, { recursive: true });
    // The first session did the second epoch, but the checkpoint is of the first step of it.
    await log([...first.slice(0, 6)]);
    await log([begin(1), ...first.slice(4), stopped], { epoch: 1, step: 1 });
    expect(['steps.csv', 'steps.jsonl'].map(lines)).toEqual(straight);
    expect(lines('epochs.csv').length).toBe(3);
  });

  it('have a column for each figure of a metric, also of one that is measured later', async () => {
    const measured = (epoch: number): RunEvent => ({
      type: 'epoch',
      epochs: 9,
      best: false,
      record: {
        ...record(epoch),
        validation: {
          ...record(epoch).validation,
          metrics: { auroc: 0.5, aoiShare: 0.25, confusion: { tn: 3, fp: null } },
        },
      },
    });
    await log([epochEvent(1), measured(2), epochEvent(3)]);
    const [head = '', ...rows] = lines('epochs.csv').map((line) => line.split(','));
    expect(head.slice(-4)).toEqual([
      'imagesPerSecond',
      'validation.aoiShare',
      'validation.confusion.tn',
      'validation.confusion.fp',
    ]);
    expect(rows.map((row) => row.slice(-3))).toEqual([
      ['', '', ''],
      ['0.25', '3', ''],
      ['', '', ''],
    ]);
    expect(JSON.parse(lines('epochs.jsonl')[1]!)).toMatchObject({
      'validation.auroc': 0.625,
      'validation.aoiShare': 0.25,
    });
  });

  it('lose a line that a killed process left unfinished, and all lines when there was no checkpoint', async () => {
    await log([...first, stopped]);
    const straight = ['steps.csv', 'steps.jsonl'].map(lines);
    rmSync(folder, { recursive: true });
    await log(first.slice(0, 3));
    appendFileSync(join(folder, 'steps.csv'), '1,1');
    appendFileSync(join(folder, 'steps.jsonl'), '{"epoch":1,"step":1');
    await log([...first.slice(3), stopped], { epoch: 1, step: 0 });
    expect(['steps.csv', 'steps.jsonl'].map(lines)).toEqual(straight);
    await log([...first, stopped]);
    expect(['steps.csv', 'steps.jsonl'].map(lines)).toEqual(straight);
    expect(readdirSync(folder).filter((name) => name.startsWith('events'))).toHaveLength(1);
  });
});

/** CRC-32C bit by bit, as its definition has it. */
function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const unmasked = (crc: number): number => {
  const rotated = (crc - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
};

/** Records of a TFRecord file, checksums verified. */
function records(bytes: Buffer): Buffer[] {
  const list: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(unmasked(bytes.readUInt32LE(at + 8))).toBe(slowCrc(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmasked(bytes.readUInt32LE(at + 12 + length))).toBe(slowCrc(data));
    list.push(data);
    at += 16 + length;
  }
  return list;
}

/** Fields of a protobuf message: number and value; nested messages as bytes. */
function fields(message: Buffer): [field: number, value: number | Buffer][] {
  const list: [number, number | Buffer][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [field, wire] = [key >>> 3, key & 7];
    if (wire === 0) list.push([field, varint()]);
    else if (wire === 1) list.push([field, message.readDoubleLE((at += 8) - 8)]);
    else if (wire === 5) list.push([field, message.readFloatLE((at += 4) - 4)]);
    else {
      const length = varint();
      list.push([field, message.subarray(at, (at += length))]);
    }
  }
  return list;
}

/** Wall time, step and content of an event, scalars by tag. */
function event(message: Buffer) {
  const all = new Map(fields(message));
  const summary = all.get(5) as Buffer | undefined;
  const scalars = (summary === undefined ? [] : fields(summary)).map(([, value]) => {
    const parts = new Map(fields(value as Buffer));
    return [String(parts.get(1)), parts.get(2)];
  });
  return {
    wallTime: all.get(1) as number,
    step: (all.get(2) as number | undefined) ?? 0,
    version: all.has(3) ? String(all.get(3)) : undefined,
    session: all.has(7) ? fields(all.get(7) as Buffer) : undefined,
    scalars: Object.fromEntries(scalars) as Record<string, number>,
  };
}

describe('TensorBoard event files', () => {
  const files = () =>
    readdirSync(folder)
      .filter((name) => name.startsWith('events.out.tfevents.'))
      .sort();
  const read = (name: string) => records(readFileSync(join(folder, name))).map(event);

  it('are TFRecords of events, as another reader finds', async () => {
    const before = Date.now() / 1000;
    await log([...first, stopped]);
    const [file] = files();
    const [version, one, two, epoch, ...rest] = read(file!);
    expect(version).toMatchObject({ version: 'brain.Event:2', scalars: {} });
    expect(one).toMatchObject({ step: 1, scalars: { 'step/loss/ce': 0.5, 'step/learningRate': 0.25 } });
    expect(one!.wallTime).toBeGreaterThanOrEqual(before);
    expect(one!.scalars['step/loss']).toBeCloseTo(1.1, 6);
    expect(two).toMatchObject({ step: 2 });
    expect(epoch).toMatchObject({ step: 1, scalars: { 'epoch/train/loss': 0.5, 'epoch/validation/accuracy': 0.5 } });
    expect(epoch!.scalars).not.toHaveProperty('epoch/validation/auroc');
    expect(rest.map(({ step }) => step)).toEqual([3, 4, 2, 5]);
  });

  it('say where a resumed session takes over', async () => {
    await log(first.slice(0, 6));
    await log([...first.slice(6), stopped], { epoch: 2, step: 0 });
    const [, resumed] = files();
    const [version, session, step] = read(resumed!);
    expect(version!.version).toBe('brain.Event:2');
    // SessionLog.START at the first step that is done again.
    expect(session).toMatchObject({ step: 5, session: [[1, 1]] });
    expect(step!.step).toBe(5);
  });

  it('use the checksum of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });
});
