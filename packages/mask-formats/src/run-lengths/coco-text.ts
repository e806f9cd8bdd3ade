/**
 * COCO's compressed run lengths (cocoapi, common/maskApi.c): text of characters from '0' on, five bits in each, the lowest
 * first; bit 5 says that more follow, the highest bit of the last group is the sign. From the fourth run on the difference to
 * the run two before stands in place of the run.
 */
import { fail } from '@foveate/contracts';

/** @throws FoveateError `DATA_INVALID` (reason `runs-damaged`) when the text is no such list */
export function parseCocoRuns(text: string): readonly number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length;) {
    let [value, scale, more] = [0, 1, true];
    while (more) {
      const group = text.charCodeAt(at++) - 48;
      if (!(group >= 0 && group < 64) || scale > 2 ** 45) {
        throw fail({
          code: 'DATA_INVALID',
          what: 'Compressed run lengths cannot be read',
          where: `character ${at}`,
          expected: "characters from '0' to 'o' as COCO writes them",
          got: at > text.length ? 'the end' : JSON.stringify(text[at - 1]),
          reason: 'runs-damaged',
        });
      }
      // Not by bits: runs may exceed 31 of them.
      value += (group & 31) * scale;
      scale *= 32;
      more = (group & 32) !== 0;
      if (!more && (group & 16) !== 0) value -= scale;
    }
    runs.push(runs.length > 2 ? value + (runs.at(-2) ?? 0) : value);
  }
  return runs;
}

/** Run lengths as compressed text. */
export function formatCocoRuns(runs: readonly number[]): string {
  const characters: string[] = [];
  for (const [index, run] of runs.entries()) {
    let value = index > 2 ? run - (runs[index - 2] ?? 0) : run;
    for (let more = true; more;) {
      const group = value - 32 * Math.floor(value / 32);
      value = Math.floor(value / 32);
      // Done when the sign that the reader fills in is the one that is left.
      more = (group & 16) === 0 ? value !== 0 : value !== -1;
      characters.push(String.fromCharCode(48 + group + (more ? 32 : 0)));
    }
  }
  return characters.join('');
}
