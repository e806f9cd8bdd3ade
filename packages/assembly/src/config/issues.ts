/** What schemas report, in words a user can act on: what is allowed, what stands there, and the nearest word. */
import { nearestNames } from '@foveate/contracts';
import type { ConfigPath } from './document.js';
import type { SchemaGuide } from './guide.js';
import { suggestion } from './nearest.js';

/** What a Standard Schema reports; all but message and path are Zod's. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string;
  /** Unknown keys. */
  readonly keys?: readonly string[];
  /** Of a key that may not be called so: why. */
  readonly issues?: readonly SchemaIssue[];
  /** Of a union: what each of its forms reports, at paths below that of the union. */
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

/** A problem at a path of the value that was validated. */
export interface Finding {
  readonly path: ConfigPath;
  readonly what: string;
  readonly advice?: string | undefined;
}

/** What stands at a path; undefined where there is nothing. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (parent, key) =>
      typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>)[String(key)] : undefined,
    value,
  );
}

/** @param value what was validated */
export function findingsOf(issues: readonly SchemaIssue[], guide: SchemaGuide, value: unknown): readonly Finding[] {
  return issues.flatMap(narrowed).flatMap((issue) => {
    const path = pathOf(issue);
    if (issue.keys !== undefined) {
      const known = guide.keys(path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        what: 'unknown key',
        advice: suggestion(key, known),
      }));
    }
    const got = valueAt(value, path);
    // What was transformed, or one of several that belong together, stands elsewhere.
    if (issue.code === 'custom' && got === undefined) return [{ path, what: issue.message }];
    if (issue.code === 'invalid_key')
      return [{ path, what: `this cannot be a name, ${issue.issues?.[0]?.message ?? issue.message}` }];
    const what = `${wording(issue, path, guide)}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}`;
    return [{ path, what, advice: typeof got === 'string' ? nearestWord(got, path, guide) : undefined }];
  });
}

function pathOf({ path = [] }: SchemaIssue): ConfigPath {
  return path.map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'number' ? key : String(key);
  });
}

/** Of a union, what is reported by the form that was meant, where that can be told. */
function narrowed(issue: SchemaIssue): readonly SchemaIssue[] {
  const { errors = [], path: base = [] } = issue;
  const forms = errors.map((form) => form.flatMap(narrowed)).filter((form) => !form.some(isOfOtherKind));
  const [first = [], second] = forms.toSorted((a, b) => a.length - b.length);
  const unknownInAll = unknownKeys(first).filter((key) => forms.every((form) => unknownKeys(form).includes(key)));
  if (second !== undefined && unknownInAll.length > 0) return [{ ...issue, keys: unknownInAll, errors: [] }];
  const meant = first.length === second?.length ? [] : first;
  if (meant.length === 0) return [issue];
  return meant.map((one) => ({ ...one, path: [...base, ...(one.path ?? [])] }));
}

/** Whether the value as a whole is something else than the form has. */
function isOfOtherKind({ code = '', path = [] }: SchemaIssue): boolean {
  return path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_union'].includes(code);
}

function unknownKeys(form: readonly SchemaIssue[]): readonly string[] {
  return form.flatMap(({ keys = [], path = [] }) => (path.length === 0 ? keys : []));
}

/** Zod's wording without its opening phrase and the type it received; of choices the guide knows more. */
function wording({ code, message }: SchemaIssue, path: ConfigPath, guide: SchemaGuide): string {
  const isChoice = code === 'invalid_union' || (code === 'invalid_type' && guide.tag(path) !== undefined);
  const expected = isChoice ? guide.expected(path) : '';
  if (expected !== '') return `expected ${expected}`;
  if (message.includes('expected record')) return 'expected keys with values';
  return message.replace(/^(Invalid \w+|Too (small|big)): /, '').replace(/, received .*$/, '');
}

function nearestWord(got: string, path: ConfigPath, guide: SchemaGuide): string | undefined {
  const tag = guide.tag(path);
  const [word] = nearestNames(got, guide.words(tag === undefined ? path : [...path, tag]));
  if (word === undefined) return undefined;
  return tag === undefined ? `Did you mean '${word}'?` : `Did you mean { ${tag}: ${word} }?`;
}
