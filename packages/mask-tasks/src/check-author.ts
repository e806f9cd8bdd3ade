/** Looks at what goes into provenances before anything is done. */
import { fail } from '@foveate/contracts';
import { faultOfProvenance } from '@foveate/mask-store';

/** @throws FoveateError `CONFIG_INVALID` when no store would keep it */
export function checkAuthor(author: string | undefined): void {
  const fault = author === undefined ? undefined : faultOfProvenance({ source: 'manual', author });
  if (fault === undefined) return;
  throw fail({ code: 'CONFIG_INVALID', what: 'This cannot be the name of an author', got: fault, advice: 'Give a short plain name' }); // prettier-ignore
}
