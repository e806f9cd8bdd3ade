import { fail, type FoveateError } from '@foveate/contracts';

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on the disk and do it again; what the store held before is intact',
  EDQUOT: 'Free some space within your quota and do it again; what the store held before is intact',
  EROFS: 'The disk is read-only; put a copy of the store where you may write',
  EACCES: 'Grant write permission, or put a copy of the store where you may write',
  EPERM: 'Grant write permission, or put a copy of the store where you may write',
  ELOOP: 'Put the file itself in place of the link',
};

/** The error of a file of the store that cannot be written. */
export function unwritable(where: string, cause: unknown): FoveateError {
  const code = codeOf(cause);
  return fail({
    code: 'OUTPUT_UNWRITABLE',
    what: 'The mask store cannot be written',
    where,
    got: code,
    advice: advice[code] ?? 'Check the disk and the folder of the store; what it held before is intact',
    cause,
  });
}

/** The system's code, also of an error that wraps the system's. */
function codeOf(error: unknown): string {
  const { code, parts } = error as { readonly code?: string; readonly parts?: { readonly got?: string } };
  return parts?.got ?? code ?? String(error);
}
