/** Errors about annotation files. */
import { fail, type FailureParts, type FoveateError } from '@foveate/contracts';
import type { z } from 'zod';

/** An error of the code `DATA_INVALID`. */
export function invalid(parts: Omit<FailureParts, 'code'>): FoveateError {
  return fail({ code: 'DATA_INVALID', ...parts });
}

/**
 * The value as a schema has it.
 * @param where file and position; the path of what is wrong within the value is added
 * @throws FoveateError `DATA_INVALID` (reason `annotation-invalid`)
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid({
    what: `The annotation is not of this format: ${issue?.message ?? 'wrong type'}`,
    where: [where, pathOf(issue?.path ?? [])].filter((text) => text !== '').join(' '),
    reason: 'annotation-invalid',
    advice: 'Export it anew, or choose the format that it is of',
  });
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`),
    '',
  );
}
