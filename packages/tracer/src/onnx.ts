/** A graph as the bytes of an ONNX model (ONNX IR version 8, opset 18). */
import protobuf from 'protobufjs/light.js';
import type { Attribute, ConstantData, ElementType, Graph, Node, Value } from './ir.js';
import { anySize, dependentSize } from './any-batch.js';
import { onnxType } from './layout.js';

/** The part of onnx.proto3 that is written; field numbers are those of the ONNX specification. */
const schema = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
      },
    },
    OperatorSetIdProto: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    StringStringEntryProto: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
        valueInfo: { rule: 'repeated', type: 'ValueInfoProto', id: 13 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
        docString: { type: 'string', id: 6 },
        domain: { type: 'string', id: 7 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        ints: { rule: 'repeated', type: 'int64', id: 8 },
        type: { type: 'int32', id: 20 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
      },
    },
    ValueInfoProto: { fields: { name: { type: 'string', id: 1 }, type: { type: 'TypeProto', id: 2 } } },
    TypeProto: { fields: { tensorType: { type: 'TensorTypeProto', id: 1 } } },
    TensorTypeProto: { fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } } },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } } },
    DimensionProto: { fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } } },
  },
});
const modelType = schema.lookupType('ModelProto');

function attributeProto(name: string, setting: Attribute): object {
  if ('int' in setting) return { name, i: setting.int, type: 2 };
  if ('float' in setting) return { name, f: setting.float, type: 1 };
  if ('string' in setting) return { name, s: Buffer.from(setting.string), type: 3 };
  return { name, ints: setting.ints, type: 7 };
}

function valueInfo(name: string, value: Value): object {
  const dim = value.shape.map((size) => {
    if (size === dependentSize) return {};
    return size === anySize ? { dimParam: 'batch' } : { dimValue: size };
  });
  return { name, type: { tensorType: { elemType: onnxType[value.type], shape: { dim } } } };
}

/** Results of reshapes that keep the batch, whatever its size. */
function reshapes({ nodes }: Graph): readonly Value[] {
  return nodes.flatMap(({ op, outputs }) =>
    op === 'Reshape' ? outputs.filter(({ shape }) => shape[0] === anySize) : [],
  );
}

/** Values of a constant that is kept outside the graph. */
export interface OuterConstant {
  readonly type: ElementType;
  /** As the graph's input it stands for has it. */
  readonly shape: readonly number[];
  readonly data: ConstantData;
}

function tensorProto(name: string, { type, shape, data }: OuterConstant): object {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: shape, dataType: onnxType[type], rawData };
}

/**
 * Bytes to append to those of {@link encodeOnnx}, which make constants of inputs that were left out of the graph encoded:
 * protocol buffers that follow one another are read as one.
 * @param constants by the names of the inputs
 */
export function encodeConstants(constants: Readonly<Record<string, OuterConstant>>): Uint8Array {
  const initializer = Object.entries(constants).map(([name, constant]) => tensorProto(name, constant));
  return modelType.encode(modelType.create({ graph: { initializer } })).finish();
}

/** The name a node has in the model, by which a runtime speaks of it. @param index place in `graph.nodes` */
export function nodeName(node: Node, index: number): string {
  return `${index} ${node.origin}`;
}

/**
 * @param graph inputs and outputs keep their names
 * @param metadata written to the model's metadata_props
 */
export function encodeOnnx(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const constants = new Map<string, Value>();
  // An output is known by the name of its value: give the value the output's name.
  const renamed = new Map(graph.outputs.map(({ name, value }) => [value, name]));
  const nameOf = (value: Value | undefined): string => {
    if (value === undefined) return '';
    if (value.data !== undefined) constants.set(value.name, value);
    return renamed.get(value) ?? value.name;
  };
  const node = graph.nodes.map((item, index) => ({
    name: nodeName(item, index),
    opType: item.op,
    domain: item.domain,
    input: item.inputs.map(nameOf),
    output: item.outputs.map(nameOf),
    attribute: Object.entries(item.attributes).map(([name, setting]) => attributeProto(name, setting)),
  }));
  const initializer = [...constants.values()].map(({ name, data = new Uint8Array(), ...form }) =>
    tensorProto(name, { ...form, data }),
  );
  const message = modelType.create({
    irVersion: 8,
    producerName: 'foveate',
    opsetImport: [...new Set(['', ...graph.nodes.map(({ domain }) => domain)])].map((domain) => ({
      domain,
      version: domain === '' ? 18 : 1,
    })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'program',
      node,
      initializer,
      input: graph.inputs.map((value) => valueInfo(value.name, value)),
      output: graph.outputs.map(({ name, value }) => valueInfo(name, value)),
      // Of a reshape to -1 a runtime does not know that it is the batch again; with many images of which it does not know that
      // they have one size, memory is planned badly and slowly.
      valueInfo: reshapes(graph)
        .filter((value) => !renamed.has(value))
        .map((value) => valueInfo(value.name, value)),
    },
  });
  return modelType.encode(message).finish();
}
