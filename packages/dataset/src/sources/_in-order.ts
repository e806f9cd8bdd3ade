/**
 * Applies slow work to a stream, several items at once, and yields the results in the order of the items.
 * @param concurrency number of items worked on at most
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      running.push(work(item));
      const first = running.length < concurrency ? undefined : running.shift();
      if (first !== undefined) yield await first;
    }
    for (let next = running.shift(); next !== undefined; next = running.shift()) yield await next;
  } finally {
    // Whoever stops early does not wait for the rest, and its errors are nobody's.
    for (const rest of running) rest.catch(() => undefined);
  }
}
