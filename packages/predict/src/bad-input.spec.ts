/** What programs and disks get wrong: each is told with what it is called, what was expected and what was found. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@foveate/image';
import { openPredictor, predictions, type Frame, type Predictor } from './index.js';
import { plain, redModel, side } from './testing/red-model.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-bad-'));
const at = (...names: readonly string[]) => join(root, ...names);
let bytes: Uint8Array;
let predictor: Predictor;
beforeAll(async () => {
  bytes = await redModel();
  predictor = await openPredictor(bytes);
});
afterAll(async () => {
  await predictor.close();
  rmSync(root, { recursive: true, force: true });
});

const refused = (work: Promise<unknown>, code: string, ...texts: readonly string[]) =>
  Promise.all(
    texts.map((text) => expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(text) })),
  );

describe('options', () => {
  it.each<[unknown, string, string]>([
    [{ treshold: 0.3 }, "no option 'treshold'", 'Did you mean threshold?'],
    [{ threshold: 2 }, "'threshold'", 'expected 0 to 1, got 2'],
    [{ threshold: '0.3' }, "'threshold'", "got the text '0.3'"],
    [{ threads: 0 }, "'threads'", 'a whole number from 1'],
    [{ threads: 1.5 }, "'threads'", 'got 1.5'],
    [{ maxPixels: 0 }, "'maxPixels'", 'above 0'],
    [{ valueRange: [4095, 0] }, "'valueRange'", 'the first less than the second, got [4095, 0]'],
    [{ heatmap: 'yes' }, "'heatmap'", 'true or false'],
    [null, 'The options are no object', 'got null'],
  ])('of a predictor are checked: %j', async (options, ...texts) => {
    await refused(openPredictor(bytes, options as never), 'CONFIG_INVALID', 'openPredictor: ', ...texts);
  });

  it.each([
    ...['concurrency', 'batchSize'].flatMap((key) => [0, NaN, 1.5, -1, '2', null].map((value) => ({ [key]: value }))),
    ...[0, NaN, -1, '20', Infinity].map((maxWait) => ({ maxWait })),
    { batchsize: 2 },
  ])('of a stream are checked: %j', (options) => {
    const [key = ''] = Object.keys(options);
    expect(() => predictions(predictor, options as never)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => predictions(predictor, options as never)).toThrow(`'${key}'`);
  });

  it('need a predictor', () => {
    expect(() => predictions({ ...predictor })).toThrow('This is no predictor');
  });
});

describe('frames', () => {
  const image = plain(1, 2);
  const mask = { width: side, height: side, channels: 1, data: new Uint8Array(side * side) };
  it.each<[string, unknown, string, string]>([
    ['null', null, '1: ', 'got null'],
    ['bytes without a frame', new Uint8Array(3), '', 'expected an object { image'],
    ['an empty object', { id: 'cam' }, 'cam: ', 'The frame has no image'],
    ['no image', { id: 'cam', image: null }, 'cam: ', 'got null'],
    ['a path', { image: 'a.png' }, '', "got the text 'a.png'"],
    ['an ArrayBuffer', { image: new ArrayBuffer(4) }, '', 'got ArrayBuffer'],
    ['a number for an id', { id: 7, image }, '', 'The id is no text'],
    ['floats', { image: { ...image, data: new Float32Array(192) } }, '', 'got Float32Array of 192'],
    ['16-bit pixels', { image: { ...image, data: new Uint16Array(192) } }, '', 'got Uint16Array of 192'],
    ['an array', { image: { ...image, data: Array(192).fill(1) } }, '', 'got array of 192'],
    ['four channels', { image: { ...image, channels: 4 } }, '', 'expected 1 or 3 for channels, got 4'],
    ['no height', { image: { ...image, height: '8' } }, '', 'The frame has no height'],
    ['an area that is null', { image, aoi: null }, '', 'The area of interest is no mask'],
    ['an area of floats', { image, aoi: { ...mask, data: new Float32Array(64) } }, '', 'got Float32Array of 64'],
    ['an area that is cut', { image, aoi: { ...mask, data: mask.data.slice(1) } }, '', 'got Uint8Array of 63'],
    ['an area of ones', { image, aoi: { ...mask, data: mask.data.map(() => 1) } }, '', 'got 1'],
    ['an area in colour', { image, aoi: image }, '', 'expected 1 for channels, got 3'],
    ['an area of another size', { image, aoi: { ...mask, height: 16, width: 4 } }, '', 'expected 8x8, got 4x16'],
  ])('are refused: %s', async (_, frame, where, text) => {
    const own = await openPredictor(bytes);
    await refused(own.predict(frame as Frame), 'DATA_INVALID', text);
    await own.close();
    if (where !== '') await refused(predictor.predict({ ...(frame as Frame), id: where.slice(0, -2) }), 'DATA_INVALID', where); // prettier-ignore
  });

  it('are not to be taken out of a data set', async () => {
    const png = await encodePng(plain(1, 2, 40));
    await expect(predictor.predict({ image: png.subarray(0, 60) })).rejects.toThrow(/^(?!.*data set)/);
    const small = await openPredictor(bytes, { maxPixels: 100 });
    await refused(small.predict({ image: png }), 'DATA_INVALID', 'raise maxPixels');
    await refused(small.predict({ image: plain(1, 2, 40) }), 'DATA_INVALID', 'raise maxPixels');
    await small.close();
  });
});

describe('models', () => {
  it.each<[string, () => void | Promise<void>, string]>([
    ['empty.onnx', () => writeFileSync(at('empty.onnx'), ''), 'is empty'],
    ['text.onnx', () => writeFileSync(at('text.onnx'), 'no model'), 'ONNX Runtime cannot open the model'],
    ['cut.onnx', () => writeFileSync(at('cut.onnx'), bytes.subarray(0, bytes.length / 2)), 'cannot open the model'],
    [
      'picture.png',
      async () => writeFileSync(at('picture.png'), await encodePng(plain(1, 2))),
      'cannot open the model',
    ],
    ['pipe.onnx', () => void execFileSync('mkfifo', [at('pipe.onnx')]), 'got a named pipe'],
    [
      'huge.onnx',
      () => {
        writeFileSync(at('huge.onnx'), '');
        truncateSync(at('huge.onnx'), 3e9);
      },
      '3000000000 bytes',
    ],
  ])('are refused with their path: %s', async (name, make, text) => {
    await make();
    await refused(openPredictor(at(name)), 'ENGINE_UNSUPPORTED', `${at(name)}: `, text, 'foveate export');
  });

  it('are refused when they are nothing, and no endless device is read', async () => {
    await refused(openPredictor('/dev/zero'), 'ENGINE_UNSUPPORTED', 'got a device');
    await refused(openPredictor(at('nowhere')), 'PATH_MISSING', at('nowhere'));
    await refused(openPredictor(7 as never), 'CONFIG_INVALID', 'got 7');
    await refused(openPredictor(new Uint8Array()), 'ENGINE_UNSUPPORTED', 'the model given: ');
  });

  it('tell the range of 16-bit images, or what is wrong with it', async () => {
    await (await openPredictor(await redModel({ valueRange: '0,4095' }))).close();
    const wrong = await redModel({ valueRange: '4095' });
    await refused(openPredictor(wrong), 'ENGINE_UNSUPPORTED', "'valueRange'", 'as 0,4095');
    await (await openPredictor(wrong, { valueRange: [0, 255] })).close();
  });

  it('that calls no score a threshold, unless one is given', async () => {
    for (const threshold of ['1.5', 'half', '']) {
      const wrong = await redModel({ threshold });
      await refused(openPredictor(wrong), 'ENGINE_UNSUPPORTED', "'threshold'", 'from 0 to 1');
      await (await openPredictor(wrong, { threshold: 0.5 })).close();
    }
  });
});

describe('folders without model', () => {
  const run = (name: string, files: Readonly<Record<string, object>>) => {
    mkdirSync(at(name));
    for (const [file, value] of Object.entries(files)) writeFileSync(at(name, file), `${JSON.stringify(value)}\n`);
    return at(name);
  };
  const end = { at: 1, type: 'run-end', folder: '.', status: 'completed' };
  const none = { good: 0, defective: 0 };
  const record = {
    version: 1,
    name: 'mine',
    status: 'completed',
    startedAt: '2026-01-01T00:00:00.000Z',
    seed: 1,
    loss: { id: 'ce', options: {} },
    model: { id: 'custom-cnn', options: {}, parameters: 1 },
    engine: { id: 'onnx', options: {}, description: '' },
    config: { pipeline: [{ id: 'train' }] },
    versions: {},
    data: { counts: { train: none, validation: none, test: none }, skips: [], height: 8, width: 8 },
    epochs: [],
    bestEpoch: 1,
    validation: null,
    test: null,
    explanations: [],
    timing: { totalSeconds: 1, secondsPerEpoch: 1, imagesPerSecond: 1 },
  };

  it.each<[string, Readonly<Record<string, object>>, string, string]>([
    ['plain', {}, 'no run folder', 'foveate train'],
    ['untrained', { 'config.yaml': {}, 'events.jsonl': end }, 'trains nothing', 'train and export'],
    ['begun', { 'config.yaml': {} }, 'ended before its training', '--overwrite'],
    ['stopped', { 'run.json': { ...record, status: 'interrupted', bestEpoch: null } }, 'not complete', '--resume'],
    ['half', { 'run.json': { ...record, status: 'interrupted' } }, 'not complete', 'foveate export'],
    ['unexported', { 'run.json': record }, 'without the stage export', 'foveate export'],
    ['lost', { 'run.json': { ...record, config: { pipeline: [{ id: 'export' }] } } }, 'is missing', 'foveate export'],
  ])('say why: %s', async (name, files, what, advice) => {
    const folder = run(name, files);
    await refused(openPredictor(folder), 'RUN_INVALID', join(folder, 'model.onnx'), what, advice);
  });

  it('are not left by a link', async () => {
    writeFileSync(at('elsewhere.onnx'), bytes);
    const folder = run('linked', {});
    symlinkSync(at('elsewhere.onnx'), join(folder, 'model.onnx'));
    await refused(openPredictor(folder), 'RUN_INVALID', 'outside of it');
  });
});
