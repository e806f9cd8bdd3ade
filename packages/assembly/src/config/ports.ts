/** Whether the stages of a pipeline fit together, before any data is read. */
import type { Plugin } from '@foveate/contracts';
import type { Registry } from '../registry.js';

/** A stage as its plugin declares it. */
export interface StagePortsOf {
  readonly id: string;
  readonly takes: string | null;
  readonly gives: string;
  readonly repeatable: boolean;
}

/** What is wrong at one place of a pipeline. */
export interface PortProblem {
  /** Position in the list. */
  readonly index: number;
  readonly what: string;
  readonly advice?: string;
}

/** The ports of a plugin of kind `stage`. */
export function portsOf({ meta, takes = null, gives = '', repeatable = false }: Plugin): StagePortsOf {
  return { id: meta.id, takes, gives, repeatable };
}

/** Each stage is a level of calls for every item. */
const mostStages = 100;

/** All problems of a list of stages. @param known stages that could stand between */
export function portProblems(stages: readonly StagePortsOf[], known: readonly StagePortsOf[]): readonly PortProblem[] {
  if (stages.length > mostStages) {
    return [
      {
        index: -1,
        what: `a pipeline has at most ${String(mostStages)} stages, this one ${String(stages.length)}`,
        advice: 'Put several steps into one stage of your own.',
      },
    ];
  }
  const [first] = stages;
  if (first === undefined) {
    return [{ index: -1, what: 'a pipeline needs at least one stage', advice: startAdvice(known, null) }];
  }
  return stages.flatMap((stage, index): readonly PortProblem[] => {
    const before = stages[index - 1];
    const earlier = stages.slice(0, index).some(({ id }) => id === stage.id);
    if (earlier && !stage.repeatable) {
      return [
        { index, what: `the stage '${stage.id}' stands in the pipeline already`, advice: 'Leave one of them out.' },
      ];
    }
    if (before === undefined) {
      if (stage.takes === null) return [];
      const what = `the pipeline has no source: '${stage.id}' takes ${named(stage.takes)}, and nothing gives it`;
      return [{ index, what, advice: startAdvice(known, stage.takes) }];
    }
    if (stage.takes === before.gives) return [];
    if (stage.takes === null) {
      const what = `'${stage.id}' is where a pipeline starts and cannot follow '${before.id}'`;
      return [{ index, what, advice: 'Put it first.' }];
    }
    const what = `'${stage.id}' takes ${named(stage.takes)}, but '${before.id}' before it gives ${named(before.gives)}`;
    const way = between(before.gives, stage.takes, known);
    return [
      {
        index,
        what,
        advice:
          way === undefined ? 'No known stage makes one of the other.' : `Between them could stand: ${way.join(', ')}.`,
      },
    ];
  });
}

function named(port: string): string {
  return `${port}s`;
}

function startAdvice(known: readonly StagePortsOf[], wanted: string | null): string {
  const starts = known.filter(({ takes }) => takes === null);
  const way = wanted === null ? undefined : between(null, wanted, known);
  if (way !== undefined) return `Before it could stand: ${way.join(', ')}.`;
  return `Begin with ${starts.map(({ id }) => `'${id}'`).join(' or ')}.`;
}

/** The shortest list of stages from one port to another; undefined when there is none. */
function between(from: string | null, to: string, known: readonly StagePortsOf[]): readonly string[] | undefined {
  const seen = new Set([from]);
  let ways: readonly { readonly port: string | null; readonly ids: readonly string[] }[] = [{ port: from, ids: [] }];
  while (ways.length > 0) {
    const found = ways.find(({ port }) => port === to);
    if (found !== undefined) return found.ids;
    ways = ways.flatMap(({ port, ids }) =>
      known
        .filter(({ takes, gives }) => takes === port && !seen.has(gives) && seen.add(gives))
        .map(({ id, gives }) => ({ port: gives, ids: [...ids, id] })),
    );
  }
  return undefined;
}

/** The stages whose code is here already: a package is not imported to give advice. */
export async function knownStages(registry: Registry): Promise<readonly StagePortsOf[]> {
  const own = registry.list('stage').filter(({ packageName }) => packageName === undefined);
  return (await Promise.all(own.map((entry) => entry.load()))).map(portsOf);
}
