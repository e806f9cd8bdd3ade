/** What a store holds at most: far more than anyone needs, and less than would harm who opens a store of somebody else. */

/** Entries in one transaction. */
export const mostAtOnce = 1000;
/** Bytes of a line of the journal, its end included; a transaction of the most entries with the longest texts fits. */
export const longestLine = 2 ** 23;
/** Bytes of the journal: some two million revisions. */
export const largestJournal = 2 ** 30;
/** Bytes of store.json. */
export const largestStoreFile = 2 ** 20;
/** Bytes of an image file that is hashed. */
export const largestImageFile = 2 ** 32;
/** Bytes of a PNG file of the store. */
export const largestPixelFile = 2 ** 28;
/** Pixels of an image. */
export const mostPixels = 1e8;
/** Images below the image root. */
export const mostImages = 2_000_000;
/** Folders within folders. */
export const deepestFolder = 64;
