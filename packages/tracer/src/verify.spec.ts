import { describe, expect, it } from '@jest/globals';
import { verify, type Graph, type Node, type Value } from './index.js';

const value = (name: string, shape: number[]): Value => ({ name, type: 'float32', shape });

function node(op: string, inputs: Value[], output: Value): Node {
  const made: Node = { op, domain: '', inputs, outputs: [output], attributes: {}, origin: 'Add @ net.ts:3' };
  output.producer = made;
  return made;
}

/** y = x + x, then what the test breaks. */
function graph(): Graph & { nodes: Node[]; x: Value; y: Value } {
  const [x, y] = [value('x', [2, 3]), value('y', [2, 3])];
  return { inputs: [x], nodes: [node('Add', [x, x], y)], outputs: [{ name: 'sum', value: y }], x, y };
}

describe('verify', () => {
  it('accepts a good graph', () => {
    expect(() => {
      verify(graph(), 'test');
    }).not.toThrow();
  });

  it.each<[string, (g: ReturnType<typeof graph>) => Graph, string]>([
    [
      'a value is read before it is computed',
      (g) => ({ ...g, nodes: [node('Relu', [g.y], value('z', [2, 3])), ...g.nodes] }),
      "after swap: node 0 Relu (Add @ net.ts:3): reads 'y' before it is computed",
    ],
    [
      'two values have one name',
      (g) => ({ ...g, nodes: [...g.nodes, node('Relu', [g.y], value('x', [2, 3]))] }),
      "two values are called 'x'",
    ],
    [
      'an output is not computed',
      (g) => ({ ...g, outputs: [{ name: 'lost', value: value('z', []) }] }),
      "output 'lost' is not computed",
    ],
    [
      'an elementwise result has another shape',
      (g) => ({ ...g, nodes: [...g.nodes, node('Mul', [g.y, g.y], value('z', [3, 2]))] }),
      'gives [2,3], not [3,2]',
    ],
    [
      'a reshape loses elements',
      (g) => ({ ...g, nodes: [...g.nodes, node('Reshape', [g.y], value('z', [5]))] }),
      'turns [2,3] into [5]',
    ],
    [
      'a size is not a whole number',
      (g) => ({ ...g, nodes: [...g.nodes, node('Conv', [g.y], value('z', [2, 1.5]))] }),
      'shape [2,1.5]',
    ],
    [
      'a value names another producer',
      (g) => {
        node('Relu', [g.x], g.y);
        return g;
      },
      "output 'y' names another producer",
    ],
  ])('refuses a graph where %s', (_name, breakIt, message) => {
    expect(() => {
      verify(breakIt(graph()), 'swap');
    }).toThrow(message);
  });

  it('refuses operands that do not broadcast', () => {
    const g = graph();
    const c = value('c', [2]);
    const broken = { ...g, inputs: [g.x, c], nodes: [...g.nodes, node('Mul', [g.y, c], value('z', [2, 3]))] };
    expect(() => {
      verify(broken, 'swap');
    }).toThrow('inputs do not broadcast on axis 1: 3,2');
  });
});
