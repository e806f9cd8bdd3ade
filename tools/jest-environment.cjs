/**
 * Jest runs tests in a VM context that has typed arrays of its own. Native add-ons (onnxruntime-node, sharp) make and
 * check those of the outer realm, so the inner global gets the outer ones.
 */
const { TestEnvironment } = require('jest-environment-node');

class NativeTypedArrayEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const type of [
      ArrayBuffer,
      Uint8Array,
      Int8Array,
      Uint16Array,
      Int16Array,
      Uint32Array,
      Int32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
    ]) {
      this.global[type.name] = type;
    }
  }
}

module.exports = NativeTypedArrayEnvironment;
