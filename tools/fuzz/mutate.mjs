/** Damages files. Every damage is a function of a stream of random numbers, so that a seed tells a whole run. */

const extremes = [0, 1, -1, 255, 65535, 2147483647, -2147483648, 4294967295, 9007199254740993, 1e15, 1e308];
const odd = [null, [], {}, '', 'nan', true, -1, 1e308, '../../x', '\u0000', 'constructor', [[]], { __proto__x: 1 }];

const pick = (draw, list) => list[draw.integer(list.length)];

/** @returns a copy with something wrong in it, and whether that is the loss of its end */
export function damageBytes(bytes, draw) {
  const at = draw.integer(Math.max(1, bytes.length));
  const length = 1 + draw.integer(Math.max(1, Math.min(64, bytes.length - at)));
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + length);
  const some = Buffer.from(Array.from({ length }, () => draw.integer(256)));
  const kinds = {
    cut: () => before,
    lost: () => Buffer.concat([before, after]),
    noise: () => Buffer.concat([before, some, after]),
    inserted: () => Buffer.concat([before, some, bytes.subarray(at)]),
    twice: () => Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]),
    extreme: () => {
      const copy = Buffer.from(bytes);
      if (copy.length >= 4) copy.writeUInt32LE(pick(draw, extremes.slice(0, 8)) >>> 0, Math.min(at, copy.length - 4));
      return copy;
    },
    flips: () => {
      const copy = Buffer.from(bytes);
      for (let i = 0; i < 8 && copy.length > 0; i++) copy[draw.integer(copy.length)] ^= 1 << draw.integer(8);
      return copy;
    },
  };
  const kind = pick(draw, Object.keys(kinds));
  return { kind, bytes: Buffer.from(kinds[kind]()) };
}

/** Text with something wrong in it: of JSON also with another value somewhere. */
export function damageText(text, draw) {
  const lines = text.split('\n');
  const line = draw.integer(lines.length);
  const deep = 10 ** (1 + draw.integer(5));
  const kinds = {
    cut: () => text.slice(0, draw.integer(text.length)),
    'line lost': () => lines.toSpliced(line, 1).join('\n'),
    'line twice': () => lines.toSpliced(line, 0, lines[line]).join('\n'),
    'line null': () => lines.with(line, 'null').join('\n'),
    number: () => replaceSome(text, /-?\d+(\.\d+)?/g, String(pick(draw, extremes)), draw),
    word: () =>
      replaceSome(text, /[A-Za-z]{3,}/g, pick(draw, ['constructor', '__proto__', 'null', 'ü', '*x', '!!js', '']), draw),
    deep: () => replaceSome(text, /(?<=[:,[] ?)[^,[\]{}:\n]+/g, '['.repeat(deep) + ']'.repeat(deep), draw),
    mark: () => `\ufeff${text}`,
    value: () => damageValue(text, draw),
  };
  const kind = pick(draw, Object.keys(kinds));
  return { kind, text: kinds[kind]() };
}

function replaceSome(text, pattern, by, draw) {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return `${text}${by}`;
  const { index, 0: word } = pick(draw, found);
  return text.slice(0, index) + by + text.slice(index + word.length);
}

function damageValue(text, draw) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return text.slice(1);
  }
  const places = [];
  const visit = (inner) => {
    if (typeof inner !== 'object' || inner === null) return;
    for (const key of Object.keys(inner)) {
      places.push([inner, key]);
      visit(inner[key]);
    }
  };
  visit(value);
  if (places.length === 0) return 'null';
  const [parent, key] = pick(draw, places);
  if (draw.integer(3) === 0 && !Array.isArray(parent)) delete parent[key];
  else parent[key] = pick(draw, odd);
  return JSON.stringify(value);
}
