/**
 * The part of Python's pickle format that state dicts use. Pickles are programs; this interpreter knows no import and no
 * call: a global is a name, and what "calling" one of the few that are known means is `build` of the caller. Work and
 * memory are linear in the size of the input.
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
import { invalid } from '../weights-file.js';
import { ByteReader } from './byte-reader.js';

/** A name in a module, never looked up. */
export class PickleGlobal {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

/** A dict or OrderedDict. */
export class PickleDict extends Map<unknown, unknown> {}

/** What the globals of a pickle stand for. */
export interface PickleWorld {
  /** `callee(*args)` @throws for every global that is not known */
  call(callee: PickleGlobal, args: readonly unknown[]): unknown;
  /** The object with a persistent id. */
  persistent(id: unknown): unknown;
}

const mark = Symbol('mark');

/** Stack and memo. Values are null, booleans, numbers, text, lists (tuples too), PickleDict, PickleGlobal and what the world makes. */
class Machine {
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  readonly reader: ByteReader;
  readonly world: PickleWorld;
  readonly where: string;

  constructor(reader: ByteReader, world: PickleWorld, where: string) {
    this.reader = reader;
    this.world = world;
    this.where = where;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    const value = this.#stack.pop();
    if (value === undefined || value === mark)
      throw invalid(this.where, 'Pickle takes more from its stack than is there');
    return value;
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** Everything above the last mark. */
  popMarked(): unknown[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) throw invalid(this.where, 'Pickle has no mark where it needs one');
    return this.#stack.splice(at).slice(1);
  }

  remember(key: number): void {
    this.#memo.set(key, this.top());
  }

  get remembered(): number {
    return this.#memo.size;
  }

  recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw invalid(this.where, 'Pickle recalls what it never stored', { got: String(key) });
    this.push(value);
  }

  /** The dict on top of the stack gets these keys and values in turn. */
  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0) {
      throw invalid(this.where, 'Pickle sets items of what is no dict');
    }
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw invalid(this.where, 'Pickle appends to what is no list');
    for (const item of items) list.push(item);
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal) || !Array.isArray(args)) {
      throw invalid(this.where, 'Pickle calls what is no name');
    }
    this.push(this.world.call(callee, args));
  }

  /** Attributes of an OrderedDict (PyTorch keeps versions there) are not needed; nothing else may have any. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof PickleDict)) throw invalid(this.where, 'Pickle sets attributes of what is no dict');
  }

  stackGlobal(): void {
    const [name, module] = [this.pop(), this.pop()];
    if (typeof name !== 'string' || typeof module !== 'string') throw invalid(this.where, 'Pickle names no global');
    this.push(new PickleGlobal(`${module}.${name}`));
  }
}

/** Little-endian two's complement. */
function longOf(bytes: Uint8Array): bigint | number {
  if (bytes.length === 0) return 0;
  const unsigned = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const value = BigInt.asIntN(bytes.length * 8, unsigned);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Bytes of the longest integer; the magic number of PyTorch's older format has ten. */
const longLimit = 16;

type Operation = (machine: Machine, reader: ByteReader) => void;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const operations: Readonly<Record<number, Operation>> = {
  0x80: (_, r) => void r.uint8(), // PROTO
  0x95: (_, r) => void r.take(8), // FRAME
  0x28: (m) => m.push(mark), // MARK
  0x30: (m) => void m.pop(), // POP
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x4b: (m, r) => m.push(r.uint8()), // BININT1
  0x4d: (m, r) => m.push(r.uint16()), // BININT2
  0x4a: (m, r) => m.push(r.int32()), // BININT
  0x8a: (m, r) => {
    const length = r.uint8(); // LONG1
    if (length > longLimit) throw invalid(m.where, 'Pickle holds an integer of absurd length');
    m.push(longOf(r.take(length)));
  },
  0x47: (m, r) => m.push(r.float64BigEndian()), // BINFLOAT
  0x58: (m, r) => m.push(text(r.take(r.uint32()))), // BINUNICODE
  0x8c: (m, r) => m.push(text(r.take(r.uint8()))), // SHORT_BINUNICODE
  0x55: (m, r) => m.push(text(r.take(r.uint8()))), // SHORT_BINSTRING
  0x54: (m, r) => m.push(text(r.take(r.uint32()))), // BINSTRING
  0x63: (m, r) => m.push(new PickleGlobal(`${r.line()}.${r.line()}`)), // GLOBAL
  0x93: (m) => m.stackGlobal(), // STACK_GLOBAL
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x7d: (m) => m.push(new PickleDict()), // EMPTY_DICT
  0x85: (m) => m.push([m.pop()]), // TUPLE1
  0x86: (m) => m.push([m.pop(), m.pop()].reverse()), // TUPLE2
  0x87: (m) => m.push([m.pop(), m.pop(), m.pop()].reverse()), // TUPLE3
  0x74: (m) => m.push(m.popMarked()), // TUPLE
  0x61: (m) => m.append([m.pop()]), // APPEND
  0x65: (m) => m.append(m.popMarked()), // APPENDS
  0x73: (m) => m.setItems([m.pop(), m.pop()].reverse()), // SETITEM
  0x75: (m) => m.setItems(m.popMarked()), // SETITEMS
  0x71: (m, r) => m.remember(r.uint8()), // BINPUT
  0x72: (m, r) => m.remember(r.uint32()), // LONG_BINPUT
  0x94: (m) => m.remember(m.remembered), // MEMOIZE
  0x68: (m, r) => m.recall(r.uint8()), // BINGET
  0x6a: (m, r) => m.recall(r.uint32()), // LONG_BINGET
  0x51: (m) => m.push(m.world.persistent(m.pop())), // BINPERSID
  0x52: (m) => m.reduce(), // REDUCE
  0x81: (m) => m.reduce(), // NEWOBJ
  0x62: (m) => m.build(), // BUILD
};

const stop = 0x2e;

/**
 * Runs one pickle, from where `reader` stands to behind its end.
 * @throws FoveateError `WEIGHTS_INVALID` for unknown opcodes and whatever `world` refuses
 */
export function readPickle(reader: ByteReader, world: PickleWorld, where: string): unknown {
  const machine = new Machine(reader, world, where);
  for (;;) {
    const opcode = reader.uint8();
    if (opcode === stop) return machine.pop();
    const operation = operations[opcode];
    if (operation === undefined) {
      throw invalid(where, 'Pickle uses an operation that no state dict needs', {
        got: `opcode 0x${opcode.toString(16)}`,
        advice: 'Save the state dict alone: torch.save(model.state_dict(), path)',
      });
    }
    operation(machine, reader);
  }
}
