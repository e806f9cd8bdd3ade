import { describe, expect, it } from '@jest/globals';
import { isFoveateError } from '@foveate/contracts';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import {
  archive,
  call,
  dict,
  floats,
  global,
  integer,
  legacyPth,
  pickle,
  pth,
  tensor,
  text,
  tuple,
} from '../testing/pickle.js';
import { readLegacyPytorch, readPytorchZip } from './pytorch.js';
import { unzip } from './zip.js';

const read = (bytes: Uint8Array) => readPytorchZip(unzip(bytes, 'x.pth'), 'x.pth').entries;
const values = (entry: ReturnType<typeof read>[number] | undefined) => [...(entry?.tensor?.data ?? [])];

const sixteen = new Uint8Array(new Uint16Array([0x3c00, 0xc000]).buffer);
const tensors = {
  'conv.weight': { shape: [2, 3], bytes: floats(1, 2, 3, 4, 5, 6) },
  turned: { shape: [3, 2], strides: [1, 3], bytes: floats(1, 2, 3, 4, 5, 6) },
  part: { shape: [2], offset: 3, bytes: floats(1, 2, 3, 4, 5, 6) },
  repeated: { shape: [2, 2], strides: [0, 1], bytes: floats(7, 8) },
  half: { shape: [2], type: 'HalfStorage', bytes: sixteen },
  scalar: { shape: [], bytes: floats(9) },
  empty: { shape: [0, 3], bytes: floats() },
  counter: { shape: [], type: 'LongStorage', bytes: new Uint8Array(8) },
};

describe('PyTorch state dicts', () => {
  it.each([
    ['an archive', () => read(pth(tensors))],
    ['a stream of before 1.6', () => readLegacyPytorch(legacyPth(tensors), 'x.pth').entries],
    [
      'a training checkpoint',
      () =>
        read(
          pth(tensors, (state) =>
            dict({ epoch: integer(3), state_dict: state, lr: [0x47, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0] }),
          ),
        ),
    ],
    [
      'an OrderedDict with attributes',
      () => read(pth(tensors, (state) => [...state, ...dict({ _metadata: dict({}) }), 0x62])),
    ],
  ])('are read from %s, strides and offsets honoured', (_name, entries) => {
    const byName = Object.fromEntries(entries().map((entry) => [entry.name, entry]));
    expect(Object.keys(byName)).toEqual(Object.keys(tensors));
    expect(values(byName['conv.weight'])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(byName['conv.weight']).toMatchObject({ shape: [2, 3], stored: 'float32' });
    expect(values(byName['turned'])).toEqual([1, 4, 2, 5, 3, 6]);
    expect(values(byName['part'])).toEqual([4, 5]);
    expect(values(byName['repeated'])).toEqual([7, 8, 7, 8]);
    expect(byName['half']).toMatchObject({ stored: 'float16', tensor: { dtype: 'float32' } });
    expect(values(byName['half'])).toEqual([1, -2]);
    expect(values(byName['scalar'])).toEqual([9]);
    expect(values(byName['empty'])).toEqual([]);
    expect(byName['counter']).toEqual({ name: 'counter', shape: [], stored: 'int64' });
  });

  it.each([
    ['calls a function', archive(pickle(call(global('posix', 'system'), text('echo x')))), "call 'posix.system'"],
    ['builds an object', archive(pickle([...global('nn', 'Linear'), ...tuple(), 0x81])), "call 'nn.Linear'"],
    [
      'evaluates code in a tensor',
      archive(pickle(dict({ a: call(global('builtins', 'eval'), text('1')) }))),
      'builtins.eval',
    ],
    ['calls a text', archive(pickle(call(text('posix.system'), text('x')))), 'calls what is no name'],
    ['uses another opcode', archive(pickle([0x69])), 'opcode 0x69'],
    ['takes from an empty stack', archive(pickle([0x85])), 'takes more from its stack'],
    ['closes what it never opened', archive(pickle([0x74])), 'has no mark'],
    ['recalls what it never stored', archive(pickle([0x68, 7])), 'recalls what it never stored'],
    ['is cut', archive(pickle(dict({ a: integer(1) })).slice(0, -3)), 'ends in the middle'],
    ['has a huge integer', archive(pickle([0x8a, 255])), 'absurd length'],
    ['holds a list', archive(pickle([0x5d])), 'no state dict'],
    ['has no pickle', zipSync({ 'a.txt': Buffer.from('a') }), 'not one that torch.save writes'],
    [
      'lacks a storage',
      archive(pickle(dict({ a: tensor('5', { shape: [1], bytes: floats(1) }) }))),
      "'5' of tensor 'a' is missing",
    ],
    ['has a storage that is too small', pth({ a: { shape: [2], bytes: floats(1), length: 2 } }), 'is incomplete'],
    ['shows more than its storage', pth({ a: { shape: [2], offset: 1, bytes: floats(1, 2) } }), 'beyond its storage'],
    ['steps over its storage', pth({ a: { shape: [2], strides: [9], bytes: floats(1, 2) } }), 'beyond its storage'],
    ['repeats one value too often', pth({ a: { shape: [2 ** 30], strides: [0], bytes: floats(1) } }), 'absurdly large'],
    [
      'has negative strides',
      pth({ a: { shape: [2], strides: [-1], bytes: floats(1, 2) } }),
      'with arguments PyTorch would not',
    ],
    ['has a storage of unknown type', pth({ a: { shape: [1], type: 'os.system', bytes: floats(1) } }), 'unknown type'],
  ])('that %s are refused', (_name, bytes, message) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' }));
    expect(() => read(bytes)).toThrow(message);
  });

  it('refuses an archive that says it would grow beyond any model', () => {
    const bytes = Buffer.from(pth({ a: { shape: [1], bytes: floats(1) } }));
    // The uncompressed size in the entry of the archive's directory, 24 bytes behind its signature.
    bytes.writeUInt32LE(0xf0000000, bytes.indexOf('PK\x01\x02') + 24);
    expect(() => unzip(bytes, 'x.pth')).toThrow('absurdly large once unpacked');
  });

  const isRefused = (work: () => unknown): boolean => {
    try {
      work();
      return true;
    } catch (error) {
      return isFoveateError(error) && error.code === 'WEIGHTS_INVALID';
    }
  };

  it('are read or refused, whatever bytes are changed or cut', () => {
    const mutate = fc.tuple(fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }), fc.nat());
    for (const [valid, reader] of [
      [pth(tensors), read],
      [legacyPth(tensors), (bytes: Uint8Array) => readLegacyPytorch(bytes, 'x.pth')],
    ] as const) {
      fc.assert(
        fc.property(mutate, ([changes, cut]) => {
          const bytes = Uint8Array.from(valid);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          return isRefused(() => reader(cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes));
        }),
        { numRuns: 300 },
      );
    }
  });

  it('are read or refused, whatever the pickle says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => isRefused(() => read(archive(bytes)))),
      { numRuns: 500 },
    );
  });
});

describe('storages', () => {
  const refused = (work: () => unknown) => expect(work).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' }));

  it('are named by texts: a list that holds itself is never written out', () => {
    // A list as the only key, 60 levels of lists that hold the one below twice.
    const twice = Array.from({ length: 60 }, () => [0x71, 1, 0x5d, 0x28, 0x68, 1, 0x68, 1, 0x65]).flat();
    const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
    const keys = [0x5d, ...text('x'), ...twice, 0x61];
    const bytes = Buffer.concat([magic, integer(1001), dict({}), dict({}), keys].map(pickle));
    refused(() => readLegacyPytorch(bytes, 'x.pth'));
  });

  it('are shown by tensors a few times over, not without bound', () => {
    const one = { bytes: floats(1) };
    expect(read(pth({ a: { ...one, shape: [4, 4], strides: [0, 0] } }))).toHaveLength(1);
    refused(() => read(pth({ a: { ...one, shape: [2 ** 14, 2 ** 13], strides: [0, 0] } })));
    const many = Array.from({ length: 40 }, (_, at): [string, readonly number[]] => [
      `w${String(at)}`,
      tensor('0', { ...one, shape: [1] }),
    ]);
    refused(() => read(archive(pickle(dict(Object.fromEntries(many))), { 0: floats(1) })));
  });
});
