/** Rasters to image files. */
import { type Raster } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import { plainBytes, sharp } from './_sharp.js';

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
 * Writes the raster as a PNG file, complete or not at all.
 * @throws FoveateError `OUTPUT_UNWRITABLE` when the folder is read-only or full
 */
export async function writePng(path: string, raster: Raster): Promise<void> {
  await writeAtomically(path, await encodePng(raster));
}

function open({ width, height, channels, data }: Raster) {
  const image = sharp(data, { raw: { width, height, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}
