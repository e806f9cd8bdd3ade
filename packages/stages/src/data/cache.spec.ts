import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { AugmentedImages, Mask } from '@foveate/contracts';
import * as fc from 'fast-check';
import { packSlot, slotBytes, unpackSlot } from './slot-layout.js';
import { createSlots, openSlots } from './slots.js';

const [height, width] = [3, 5];
const types = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

const mask: fc.Arbitrary<Mask> = fc
  .array(fc.boolean(), { minLength: height * width, maxLength: height * width })
  .map((inside) => ({ width, height, channels: 1, data: Uint8Array.from(inside, (value) => (value ? 255 : 0)) }));

const images: fc.Arbitrary<AugmentedImages> = fc.record({
  image: fc
    .uint8Array({ minLength: height * width * 3, maxLength: height * width * 3 })
    .map((data) => ({ width, height, channels: 3 as const, data })),
  aoi: mask,
  defects: fc
    .subarray(types)
    .chain((some) => fc.tuple(...some.map((type) => mask.map((one) => ({ type, mask: one }))))),
});

describe('a slot', () => {
  it('gives back image and masks, empty masks included, whatever overlaps', () => {
    fc.assert(
      fc.property(images, (sample) => {
        const slot = new Uint8Array(slotBytes(height, width)).fill(7);
        expect(packSlot(sample, types, slot)).toBe(true);
        expect(unpackSlot(slot, types, height, width)).toEqual(sample);
      }),
    );
  });

  it('says that it is empty, and takes no masks that it has no bit for', () => {
    const slot = new Uint8Array(slotBytes(height, width));
    expect(unpackSlot(slot, types, height, width)).toBeUndefined();
    const [sample] = fc.sample(images, { numRuns: 1, seed: 1 }) as [AugmentedImages];
    expect(packSlot(sample, [...types, 'h'], slot)).toBe(false);
    expect(packSlot({ ...sample, defects: [{ type: 'x', mask: sample.aoi }] }, types, slot)).toBe(false);
    expect(slot.every((byte) => byte === 0)).toBe(true);
  });
});

describe('slots', () => {
  const content = (value: number) => new Uint8Array(1000).fill(value);

  it.each(['memory', 'file'] as const)('in %s are shared by all who have opened them', (kind) => {
    const folder = mkdtempSync(join(tmpdir(), 'foveate-slots-'));
    const slots = createSlots({ kind, bytes: 1000, count: 9, megabytes: 1, folder })!;
    // Nothing is left behind, however the process ends.
    expect(readdirSync(folder)).toEqual([]);
    const [one, other] = [openSlots(slots.handle), openSlots(slots.handle)];
    one.write(8, content(1));
    other.write(3, content(2));
    expect(other.read(8)).toEqual(content(1));
    expect(one.read(3)).toEqual(content(2));
    expect(one.read(4)?.[0] ?? 0).toBe(0);
    slots.close();
    if (slots.handle.kind === 'file') {
      const { file } = slots.handle;
      expect(() => fstatSync(file)).toThrow('EBADF');
    }
    rmSync(folder, { recursive: true });
  });

  it('are as many as are wanted and fit', () => {
    const count = (megabytes: number) =>
      createSlots({ kind: 'memory', bytes: 2 ** 19, count: 5, megabytes, folder: '' })?.count;
    expect([1, 2, 100].map(count)).toEqual([2, 4, 5]);
    expect(createSlots({ kind: 'memory', bytes: 2 ** 21, count: 5, megabytes: 1, folder: '' })).toBeUndefined();
  });

  it('in several blocks of memory do not run into each other', () => {
    const bytes = 2 ** 26;
    const slots = createSlots({ kind: 'memory', bytes, count: 6, megabytes: 1024, folder: '' })!;
    if (slots.handle.kind !== 'memory') throw new Error('memory was asked for');
    expect(slots.handle.blocks.map(({ byteLength }) => byteLength / bytes)).toEqual([4, 2]);
    const open = openSlots(slots.handle);
    for (let slot = 0; slot < 6; slot++) open.write(slot, Uint8Array.of(slot + 1));
    expect(Array.from({ length: 6 }, (_, slot) => open.read(slot)?.[0])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('refuse a folder that cannot be written', () => {
    expect(() =>
      createSlots({ kind: 'file', bytes: 10, count: 1, megabytes: 1, folder: join(tmpdir(), 'foveate-nowhere') }),
    ).toThrow(expect.objectContaining({ code: 'OUTPUT_UNWRITABLE' }));
  });

  (existsSync('/dev/full') ? it : it.skip)('stay empty on a full disk', () => {
    const file = openSync('/dev/full', 'r+');
    const open = openSlots({ kind: 'file', bytes: 1000, file });
    open.write(0, content(1));
    expect(open.read(0)?.[0]).toBe(0);
    closeSync(file);
  });
});
