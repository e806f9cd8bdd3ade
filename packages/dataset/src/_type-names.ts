/** Names of defect types, which people and tools spell in more than one way. */

/** Name that stands for "no defect" where a defect type is expected. */
export const good = 'good';

/** Words that mean no defect wherever a type is expected, as `good` does; capitals do not matter. */
export const goodWords: readonly string[] = [good, 'ok', 'normal', 'none'];

const goodSet: ReadonlySet<string> = new Set(goodWords);

/** What two spellings of a name have in common: capitals and the form of Unicode do not matter. */
export function folded(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}

/** The type of a name: `good` for a word that means no defect, else the name in its composed form of Unicode. */
export function typeNamed(name: string): string {
  return goodSet.has(folded(name)) ? good : name.normalize('NFC');
}
