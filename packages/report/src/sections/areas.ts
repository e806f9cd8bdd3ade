/** Where the areas of interest of a run came from, and how sure their makers are. */
import type { SampleRecord } from '@foveate/run-record';
import { grouped, percent } from '../format.js';
import type { Content } from '../html.js';
import type { NamedRun } from '../identity.js';
import { table } from './table.js';

/** A table for each run that knows; nothing where all areas came from one place that says no more. */
export function areasOfInterest(runs: readonly NamedRun[]): Content {
  return runs.map(({ run, name }) => {
    const origins = originsOf(run.samples ?? []);
    const [first] = origins;
    if (first === undefined || (origins.length === 1 && first.confidences.length === 0)) return '';
    return table({
      caption: `${runs.length === 1 ? '' : `${name}: `}Where the areas of interest come from`,
      corner: 'Source',
      columns: ['Made by', 'Images', 'Mean confidence', 'Least confident'],
      rows: origins.map(({ source, details, samples, confidences }) => ({
        head: source,
        cells: [details.join(', '), grouped(samples.length), meanOf(confidences), leastOf(samples)],
      })),
    });
  });
}

function meanOf(confidences: readonly number[]): string {
  if (confidences.length === 0) return '–';
  return percent(confidences.reduce((sum, value) => sum + value, 0) / confidences.length);
}

interface Origins {
  readonly source: string;
  readonly details: readonly string[];
  readonly samples: readonly SampleRecord[];
  readonly confidences: readonly number[];
}

/** Details that are named; of many drawn by hand, say, more would bury the rest. */
const mostDetails = 3;

function originsOf(samples: readonly SampleRecord[]): readonly Origins[] {
  const known = samples.filter(({ aoiOrigin }) => aoiOrigin !== undefined);
  return [...new Set(known.map(({ aoiOrigin }) => aoiOrigin?.source ?? ''))].sort().map((source) => {
    const members = known.filter(({ aoiOrigin }) => aoiOrigin?.source === source);
    const details = [...new Set(members.flatMap(({ aoiOrigin }) => aoiOrigin?.detail ?? []))];
    const more = details.length - mostDetails;
    return {
      source,
      details: more > 0 ? [...details.slice(0, mostDetails), `and ${String(more)} more`] : details,
      samples: members,
      confidences: members.flatMap(({ aoiOrigin }) => aoiOrigin?.confidence ?? []),
    };
  });
}

function leastOf(samples: readonly SampleRecord[]): string {
  const sure = samples
    .flatMap(({ id, aoiOrigin }) =>
      aoiOrigin?.confidence === undefined ? [] : [{ id, confidence: aoiOrigin.confidence }],
    )
    .sort((a, b) => a.confidence - b.confidence);
  const named = sure.slice(0, mostDetails).map(({ id, confidence }) => `${id} (${percent(confidence)})`);
  return named.length === 0 ? '–' : named.join(', ');
}
