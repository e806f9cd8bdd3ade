/** The nodes of a tfjs GraphModel, as its `model.json` lists them. */
import { fail } from '@foveate/contracts';
import { z } from 'zod';
import type { StoredModel } from './read-model.js';

/** A node of the graph; `inputs` without control dependencies. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: GraphNode[];
}

const topology = z.object({
  node: z.array(z.object({ name: z.string(), op: z.string(), input: z.array(z.string()).default([]) })).max(10_000),
});

/** @throws FoveateError `WEIGHTS_INVALID` for a graph whose nodes name others that are not there */
export function readNodes({ document, path }: StoredModel): ReadonlyMap<string, GraphNode> {
  const parsed = topology.safeParse(document['modelTopology']);
  if (!parsed.success) {
    throw fail({ code: 'WEIGHTS_INVALID', where: path, what: 'Graph of the model is damaged', cause: parsed.error });
  }
  const nodes = new Map(parsed.data.node.map(({ name, op }) => [name, { name, op, inputs: [] as GraphNode[] }]));
  for (const { name, input } of parsed.data.node) {
    for (const reference of input.filter((text) => !text.startsWith('^'))) {
      const source = nodes.get(reference.replace(/:\d+$/, ''));
      if (source === undefined)
        throw fail({
          code: 'WEIGHTS_INVALID',
          where: path,
          what: `Node '${name}' reads '${reference}', which is missing`,
        });
      nodes.get(name)?.inputs.push(source);
    }
  }
  return nodes;
}
