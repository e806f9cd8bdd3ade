/** The records of the journal, and the rules for what they say. */
import { mostAtOnce, mostPixels } from './_limits.js';
import type { MaskEntry, MaskKey, MaskStatus, Provenance, StoredImage } from './mask-store.js';
import { integer, list, matching, object, oneOf, share, text, type Check } from './_shape.js';

/** A mask whose pixels are in the store. */
export type RecordedMask = Pick<MaskEntry, 'kind' | 'name' | 'status' | 'provenance' | 'pixels' | 'inside'>;

/** One transaction: all of it counts, or nothing. */
export type JournalRecord = { readonly time: string } & (
  | { readonly op: 'put'; readonly image: StoredImage; readonly masks: readonly RecordedMask[] }
  | { readonly op: 'status'; readonly to: MaskStatus; readonly by?: string; readonly keys: readonly MaskKey[] }
  | { readonly op: 'revert'; readonly key: MaskKey; readonly revision: number; readonly by?: string }
  | { readonly op: 'see'; readonly images: readonly StoredImage[] }
);

const hash = matching(/^[0-9a-f]{64}$/, 'SHA-256');
const time = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'time as 2026-01-31T12:00:00.000Z');
const kind = oneOf('area', 'defect');
const status = oneOf('proposed', 'accepted', 'rejected');
const source = oneOf('manual', 'template', 'registration', 'network', 'import');
const author = text(1, 200);

/** Also names files when masks are exported, so it must be no path. */
const name = text(
  1,
  100,
  [/[/\\:*?"<>|]/, 'holds one of / \\ : * ? " < > |'],
  [/^[\s.]|[\s.]$/, 'begins or ends with a space or full stop'],
);

const path = text(
  0,
  4096,
  [/^\/|^[a-zA-Z]:[/\\]/, 'is no relative path'],
  [/(?:^|\/)\.{1,2}(?:\/|$)|\/\/|\/$/, "has an empty part, '.' or '..'"],
);

const imageShape = object({ hash, width: integer(1, 1e6), height: integer(1, 1e6), path });
const image: Check = (value) => {
  const wrong = imageShape(value);
  if (wrong !== undefined) return wrong;
  const { width, height } = value as StoredImage;
  return width * height <= mostPixels ? undefined : ` has more than ${String(mostPixels)} pixels`;
};

const provenance = object({ source }, { detail: text(1, 1000), author, confidence: share });
const mask = object({ kind, name, status, provenance, pixels: hash, inside: integer(0, mostPixels) });
const key = object({ image: hash, kind, name });
const many = (one: Check): Check => list(one, 1, mostAtOnce);

const shapes: Readonly<Record<JournalRecord['op'], Check>> = {
  put: object({ op: oneOf('put'), time, image, masks: many(mask) }),
  status: object({ op: oneOf('status'), time, to: status, keys: many(key) }, { by: author }),
  revert: object({ op: oneOf('revert'), time, key, revision: integer(1, 1e9) }, { by: author }),
  see: object({ op: oneOf('see'), time, images: many(image) }),
};

const operation = oneOf(...Object.keys(shapes));

/** @returns what keeps a value from being a {@link JournalRecord}: `masks[0].name holds control characters` */
export function faultOfRecord(value: unknown): string | undefined {
  const op = (value as { readonly op?: unknown } | null)?.op;
  const wrong = operation(op) === undefined ? shapes[op as JournalRecord['op']](value) : `.op${operation(op) ?? ''}`;
  return wrong?.replace(/^[. ]/, '');
}

/** @returns what keeps a text from being the name of a mask: `holds control characters`; undefined when nothing does */
export function faultOfName(value: string): string | undefined {
  return name(value.normalize('NFC'))?.trim();
}

/** @returns what keeps a store from keeping it: `author has 0 characters, not 1 to 200`; undefined when nothing does */
export function faultOfProvenance(value: Provenance): string | undefined {
  return provenance(value)?.replace(/^[. ]/, '');
}
