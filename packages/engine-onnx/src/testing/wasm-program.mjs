/** A program that uses an engine and ends by itself. */
import { onnxEngine } from '../../dist/index.js';

const engine = onnxEngine({ provider: 'wasm', threads: 2 });
const state = engine.createState({ n: { dtype: 'float32', shape: [], data: Float32Array.of(5) } });
const { n } = await state.read();
console.log(n.data[0]);
engine.dispose();
