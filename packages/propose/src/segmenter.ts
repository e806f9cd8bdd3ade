/** A trained segmenter, open: image in, masks out. */
import { fail, type HostTensors, type Mask, type Raster } from '@foveate/contracts';
import { resize } from '@foveate/image';
import { interpolated } from '@foveate/statistics';
import type { z } from 'zod';
import { finishedMask, maskFinish, type MaskFinish } from './finish.js';
import { noSegmenter, openSegmenterFile, type SegmenterNetwork } from './segmenter-file.js';

/** How a segmenter works. */
export interface SegmenterOptions {
  /** What is done to masks; default: cut at a probability of 1/2. */
  readonly finish?: z.input<typeof maskFinish> | undefined;
  /** Threads of the network; default: one for each processor, at most 4. */
  readonly threads?: number | undefined;
}

/** What a network proposes for one area. */
export interface AreaProposal {
  /** At the size of the image. */
  readonly mask: Mask;
  /** The IoU with the true area that is to be expected of the mask cut at 1/2, in [0, 1]. */
  readonly confidence: number;
}

/** Proposals by the name of the area. */
export type Proposals = Readonly<Record<string, AreaProposal>>;

/** Proposes masks. May be called again before an answer came. */
export interface Segmenter {
  /** SHA-256 of the file, hexadecimal: which network it is. */
  readonly hash: string;
  /** Names, in the order of the network's channels. */
  readonly areas: readonly string[];
  /** Size of the network input in pixels. */
  readonly height: number;
  readonly width: number;
  /** @throws FoveateError `DATA_INVALID` when the pixels do not fit the size of the image */
  propose(image: Raster): Promise<Proposals>;
  /** Proposals for several images, in their order; the network gets some at once, which is faster. As {@link propose}. */
  proposeAll(images: readonly Raster[]): Promise<readonly Proposals[]>;
  /** Releases the network; no call may follow. */
  close(): void;
}

/** Pixels that the network gets at once, about: more take memory and save no time. */
const pixelsAtOnce = 2 ** 17;

/**
 * Opens a segmenter once.
 * @param source folder in which a segmenter was trained, its `segmenter.onnx`, or the bytes of that
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `ENGINE_UNSUPPORTED`, `ENGINE_UNAVAILABLE`; ZodError for options out of
 *   range
 */
export async function openSegmenter(
  source: string | Uint8Array,
  { finish: chosen = {}, threads }: SegmenterOptions = {},
): Promise<Segmenter> {
  const finish = maskFinish.parse(chosen);
  const network = await openSegmenterFile(source, threads);
  const { model, hash, height, width, areas } = network;
  const atOnce = Math.max(1, Math.round(pixelsAtOnce / (height * width)));
  const proposeAll: Segmenter['proposeAll'] = async (images) => {
    const proposals: Proposals[] = [];
    for (let start = 0; start < images.length; start += atOnce) {
      proposals.push(...(await proposed(network, finish, images.slice(start, start + atOnce))));
    }
    return proposals;
  };
  return {
    hash,
    areas,
    height,
    width,
    proposeAll,
    propose: async (image) => {
      const [proposals] = await proposeAll([image]);
      return proposals as Proposals;
    },
    close: () => model.dispose(),
  };
}

async function proposed(
  network: SegmenterNetwork,
  finish: MaskFinish,
  images: readonly Raster[],
): Promise<readonly Proposals[]> {
  const { model, height, width, areas, calibration, where } = network;
  const pixels = height * width;
  const data = new Int32Array(images.length * pixels * 3);
  for (const [index, image] of images.entries()) {
    data.set((await networkInput(image, height, width)).data, index * pixels * 3);
  }
  const outputs = await model.run({ images: { dtype: 'int32', shape: [images.length, height, width, 3], data } });
  const probabilities = output(outputs, 'probabilities', images.length * pixels * areas.length, where);
  const certainty = output(outputs, 'certainty', images.length * areas.length, where);
  if (!certainty.every((value) => value >= 0 && value <= 1)) throw noSegmenter(where, 'certainty in [0, 1]', 'others');
  return Promise.all(
    images.map(async (image, index): Promise<Proposals> => {
      const ofAreas = areas.map(async (name, area): Promise<[string, AreaProposal]> => {
        const small = greyOf(probabilities, index * pixels * areas.length + area, areas.length, width, height);
        const mask = finishedMask(await resize(small, image.width, image.height), finish);
        const confidence = interpolated(calibration[area] ?? [], certainty[index * areas.length + area] ?? 0);
        return [name, { mask, confidence }];
      });
      return Object.fromEntries(await Promise.all(ofAreas));
    }),
  );
}

/** Images come from a program, which may be wrong about them. */
async function networkInput(image: Raster, height: number, width: number): Promise<Raster> {
  const { channels, data } = image;
  if (data.length !== image.width * image.height * channels) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The pixels do not fit the size of the image',
      expected: `${String(image.width)}x${String(image.height)}x${String(channels)} bytes`,
      got: String(data.length),
      reason: 'image-size',
    });
  }
  const small = await resize(image, width, height);
  if (channels === 3) return small;
  const colours = new Uint8Array(3 * small.data.length);
  for (let i = 0; i < colours.length; i++) colours[i] = small.data[Math.floor(i / 3)] as number;
  return { width, height, channels: 3, data: colours };
}

function output(outputs: HostTensors, name: string, length: number, where: string): Float32Array | Int32Array {
  const data = outputs[name]?.data;
  if (data?.length === length) return data;
  throw noSegmenter(where, `an output '${name}' of ${String(length)} values`, String(data?.length ?? 'none'));
}

/** One area's probabilities as a grey image, 255 is 1. */
function greyOf(
  probabilities: Float32Array | Int32Array,
  start: number,
  step: number,
  width: number,
  height: number,
): Raster {
  const data = new Uint8Array(width * height);
  for (let pixel = 0; pixel < data.length; pixel++) {
    data[pixel] = 255 * (probabilities[start + pixel * step] as number) + 0.5;
  }
  return { width, height, channels: 1, data };
}
