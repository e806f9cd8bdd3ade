/** Pulling from a stream that may have to be left at any moment. */

/**
 * The items of `source` until it ends or `stop` is aborted, even while `source` is still making the next item. The
 * source is asked for one item at a time, after the one before was worked on, and is closed in every case.
 */
export async function* pullUntil<T>(source: AsyncIterable<T>, stop: AbortSignal): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  let place: 'between' | 'pulling' | 'ended' = 'between';
  try {
    while (!stop.aborted) {
      place = 'pulling';
      const result = await nextUnlessStopped(iterator, stop);
      if (result === 'stopped') return;
      place = result.done === true ? 'ended' : 'between';
      if (result.done === true) return;
      yield result.value;
    }
  } catch (error) {
    if (place === 'pulling') place = 'ended';
    throw error;
  } finally {
    if (place === 'between') await iterator.return?.();
    // A source in the middle of an item closes once that is done; nobody wants to wait for it or for its complaints.
    if (place === 'pulling') void iterator.return?.().catch(() => undefined);
  }
}

function nextUnlessStopped<T>(
  iterator: AsyncIterator<T, unknown>,
  stop: AbortSignal,
): Promise<IteratorResult<T, unknown> | 'stopped'> {
  // Not Promise.race with one long-lived promise: that would hold every item until the end.
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve('stopped');
    stop.addEventListener('abort', onAbort, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => stop.removeEventListener('abort', onAbort));
  });
}
