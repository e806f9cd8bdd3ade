import type { Raster } from '@foveate/contracts';
import { encodeJpeg } from '@foveate/image';

/** A JPEG file of those pixels, with an EXIF orientation. */
export async function exifJpeg(stored: Raster, orientation: number): Promise<Uint8Array> {
  const jpeg = await encodeJpeg(stored, 100);
  // 'Exif', a TIFF header, and a directory of one short: tag 0x0112.
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
  const payload = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  const segment = [0xff, 0xe1, 0, payload.length + 2, ...payload];
  return Uint8Array.from([...jpeg.subarray(0, 2), ...segment, ...jpeg.subarray(2)]);
}
