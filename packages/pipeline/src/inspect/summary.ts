/** Counts of what an inspection found. Pure. */
import type { DuplicateCluster, Skip } from '@foveate/contracts';
import type { ImageHeader } from '@foveate/image';
import type { ClassRow, Coverage, Inspection, Problem, Tally } from '@foveate/report';
import type { Seen } from './examine.js';
import { outcomeOf, typesOf } from './findings.js';
import type { Finding } from './findings.js';
import { groupBy } from '@foveate/stages';

/** All that was found. */
export interface Found {
  readonly name: string;
  readonly source: string;
  readonly findings: readonly Finding[];
  /** Everything left out, of samples and of other files. */
  readonly skips: readonly Skip[];
  readonly undivided: string | undefined;
  readonly duplicates: readonly DuplicateCluster[];
  readonly depth: Inspection['depth'];
  readonly headers: readonly ImageHeader[];
  readonly seen: readonly Seen[];
}

/** The counts. */
export function summarise(found: Found): Inspection {
  const { name, source, findings, skips, undivided, duplicates, depth, headers, seen } = found;
  return {
    name,
    source,
    usable: findings.filter((finding) => outcomeOf(finding) !== 'left out').length,
    leftOut: skips.length,
    classes: classRows(findings, undivided === undefined),
    undivided,
    sizes: tallied(
      headers.length > 0
        ? headers.map(({ width, height }) => `${String(width)}x${String(height)}`)
        : seen.map(({ size }) => size),
    ),
    modes: tallied(headers.map(modeText)),
    ...(depth === undefined ? {} : { depth }),
    areas: tallied(findings.flatMap(({ labelled }) => labelled?.aoiOrigin?.source ?? [])),
    coverage: coverageOf(seen),
    duplicates,
    problems: problemsOf(skips),
  };
}

function modeText({ mode, bits, alpha, format }: ImageHeader): string {
  return `${mode} ${String(bits)} bit${alpha ? ' with alpha' : ''}, ${format}`;
}

function classRows(findings: readonly Finding[], divided: boolean): readonly ClassRow[] {
  const groups = groupBy(findings, typesOf);
  const rank = (types: string) => (types === 'good' ? '' : types);
  return [...groups.keys()]
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map((types) => {
      const group = groups.get(types) ?? [];
      const of = (outcome: string) => group.filter((finding) => outcomeOf(finding) === outcome).length;
      const within = (split: string) => group.filter(({ assigned }) => assigned?.split === split).length;
      const splits = { train: within('train'), validation: within('validation'), test: within('test') };
      return {
        types,
        good: of('good'),
        defective: of('defective'),
        leftOut: of('left out'),
        splits: divided ? splits : undefined,
      };
    });
}

/** Values with their counts, the most frequent first. */
function tallied(values: readonly string[]): readonly Tally[] {
  return [...groupBy(values, (value) => value)]
    .map(([value, list]) => ({ value, count: list.length }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

function coverageOf(seen: readonly Seen[]): Coverage | undefined {
  const shares = seen.map(({ coverage }) => coverage).sort((a, b) => a - b);
  const [least, median, most] = [shares[0], shares[Math.floor(shares.length / 2)], shares.at(-1)];
  if (least === undefined || median === undefined || most === undefined) return undefined;
  return { examined: shares.length, least, median, most };
}

const examplesPerReason = 10;

function problemsOf(skips: readonly Skip[]): readonly Problem[] {
  return [...groupBy(skips, ({ reason }) => reason)]
    .map(([reason, list]) => ({
      reason,
      count: list.length,
      examples: list
        .toSorted((a, b) => (a.path < b.path ? -1 : 1))
        .slice(0, examplesPerReason)
        .map(({ path, message }) => ({ path, message })),
    }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
