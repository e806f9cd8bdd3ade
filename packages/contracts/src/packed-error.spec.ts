import { describe, expect, it } from '@jest/globals';
import { fail } from './errors.js';
import { packError, unpackError } from './packed-error.js';

const sent = (error: unknown) => unpackError(structuredClone(packError(error)));

describe('packError', () => {
  it('keeps code, message and parts of a failure, and what its cause said', () => {
    const parts = { code: 'DATA_INVALID', what: 'Cut', where: 'a.png', reason: 'image-truncated' } as const;
    const error = fail({ ...parts, cause: new Error('premature end') });
    expect(sent(error)).toMatchObject({ code: 'DATA_INVALID', message: error.message, cause: 'premature end', parts });
  });

  it('keeps message and stack of any other error', () => {
    const error = new TypeError('x is not a function');
    expect(sent(error)).toMatchObject({ message: error.message, stack: error.stack });
    expect(sent('thrown text').message).toBe('thrown text');
  });
});
