/**
 * Nodes that the WebGPU provider of ONNX Runtime 1.30 takes and gets wrong. Found by running every node of a training
 * step alone on it and on the CPU; nodes it does not know at all go to the CPU without our help.
 */
import { nodeName, type Graph, type Node } from '@foveate/tracer';

/** Names of the nodes that have to be kept on the CPU. */
export function webgpuFaults(graph: Graph): string[] {
  return graph.nodes.flatMap((node, index) => (isFaulty(node) ? [nodeName(node, index)] : []));
}

function isFaulty(node: Node): boolean {
  if (node.op === 'MaxPool') return node.outputs.length > 1; // fails at the first run
  if (node.op !== 'Conv') return false;
  // Wrong numbers from the path that reads three channels at once, unless there are three in all.
  const [outputs = 0, inputs = 0, height = 1, width = 1] = node.inputs[1]?.shape ?? [];
  return height * width > 1 && inputs > 3 && inputs % 3 === 0 && inputs % 4 !== 0 && outputs % 4 === 0;
}
