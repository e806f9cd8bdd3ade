/** Rasters to image files. */
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { fail, type Raster } from '@foveate/contracts';
import { plainBytes, sharp, systemCode } from './_sharp.js';

/** The raster as a PNG file: 8-bit grey for one channel, 8-bit RGB for three; lossless. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  return plainBytes(await open(raster).png({ compressionLevel: 6 }).toBuffer());
}

/**
 * The raster as a JPEG file.
 * @param quality 1 (small) to 100 (good)
 */
export async function encodeJpeg(raster: Raster, quality = 90): Promise<Uint8Array> {
  return plainBytes(await open(raster).jpeg({ quality }).toBuffer());
}

/**
 * Writes the raster as a PNG file. The file appears complete or not at all: it is written under another name in the
 * same folder and then renamed.
 * @throws FoveateError `OUTPUT_UNWRITABLE` when the folder is missing, read-only or full
 */
export async function writePng(path: string, raster: Raster): Promise<void> {
  const bytes = await encodePng(raster);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fail({
      code: 'OUTPUT_UNWRITABLE',
      what: 'The image cannot be written',
      where: path,
      got: systemCode(error),
      advice: 'Check that the folder exists, may be written to and has room',
      cause: error,
    });
  }
}

function open({ width, height, channels, data }: Raster) {
  const image = sharp(data, { raw: { width, height, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}
