/**
 * Event files of TensorBoard: TFRecords of `Event` messages.
 * Formats: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto.
 */
import protobuf from 'protobufjs/light.js';
import { crc32c } from './crc32c.js';

/** The part of event.proto and summary.proto that is written. */
const schema = protobuf.Root.fromJSON({
  nested: {
    Event: {
      oneofs: { what: { oneof: ['fileVersion', 'summary', 'sessionLog'] } },
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    Summary: { fields: { value: { rule: 'repeated', type: 'Value', id: 1 } } },
    Value: { fields: { tag: { type: 'string', id: 1 }, simpleValue: { type: 'float', id: 2 } } },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
  },
});
const event = schema.lookupType('Event');

/** SessionStatus: the events of an earlier session from this step on do not count any more. */
const sessionStart = 1;

/** A moment of a training. */
export interface Moment {
  readonly wallSeconds: number;
  readonly step: number;
}

/** The first record of a file. */
export function fileVersionRecord(wallSeconds: number): Uint8Array {
  return recordOf({ wallTime: wallSeconds, fileVersion: 'brain.Event:2' });
}

/** Says that a training goes on at a step, so that TensorBoard forgets what an earlier session did from there on. */
export function sessionRecord({ wallSeconds, step }: Moment): Uint8Array {
  return recordOf({ wallTime: wallSeconds, step, sessionLog: { status: sessionStart } });
}

/** Figures of a moment, by tag. */
export function scalarsRecord({ wallSeconds, step }: Moment, scalars: Readonly<Record<string, number>>): Uint8Array {
  const value = Object.entries(scalars).map(([tag, simpleValue]) => ({ tag, simpleValue }));
  return recordOf({ wallTime: wallSeconds, step, summary: { value } });
}

/** Framing of TFRecord: length, its checksum, data, its checksum; little-endian. */
function recordOf(message: Readonly<Record<string, unknown>>): Uint8Array {
  const data = event.encode(message).finish();
  const record = new Uint8Array(12 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return record;
}

/** A checksum of data that holds checksums is weak; TFRecord stores it rotated and shifted. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
