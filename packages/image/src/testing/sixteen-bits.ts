/** Image files of 16 bits, written by hand: encoders write 8. */
import { deflateSync } from 'node:zlib';

/**
 * A grey PNG of 16 bits.
 * @param samples rows top to bottom, `width` times `height` values in [0, 65535]
 */
export function greyPng16(width: number, height: number, samples: readonly number[]): Buffer {
  const stride = 1 + 2 * width;
  // The first byte of a row, 0, says that it is not filtered.
  const rows = Buffer.alloc(stride * height);
  for (const [at, sample] of samples.entries()) {
    rows.writeUInt16BE(sample, stride * Math.floor(at / width) + 1 + 2 * (at % width));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 16;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(checksum(body));
  return Buffer.concat([length, body, sum]);
}

/** CRC-32, which Node 20 does not have. */
function checksum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}
