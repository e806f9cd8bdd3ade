/** JSON Lines: one record per line. */
/** The text of a JSON Lines file. */
export function toJsonLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
