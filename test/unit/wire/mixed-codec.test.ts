import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScannedMessage } from "../../../src/wire/marker-scanner.ts";
import { MessageCodec } from "../../../src/wire/message-codec.ts";
import { MixedCodec, type KindsOfMessages } from "../../../src/wire/mixed-codec.ts";

const runId = "aB3-_xYz019";
const format = { templatePrefix: '{"t":"', templateSuffix: '"}' };
const sizes = [40, 300, 5000];
/** Message n of connection c is of size (n + c) mod 3; every fourth is binary. */
const kinds: KindsOfMessages = {
  sizeOf: (connection, sequence) => (connection + sequence) % 3,
  isBinary: (_, sequence) => sequence % 4 === 0,
};
const mixed = () => new MixedCodec(format, sizes, kinds, runId);

const connections = fc.integer({ min: 0, max: 5000 });
const sequences = fc.integer({ min: 1, max: 100_000 });

function encoded(codec: MixedCodec, connection: number, sequence: number): Buffer {
  return Buffer.from(codec.encode(connection, sequence).bytes);
}

function match(codec: MixedCodec, bytes: Buffer, connection: number): number {
  return codec.matchKnown(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, connection);
}

function scan(codec: MixedCodec, bytes: Buffer): readonly ScannedMessage[] {
  const found: ScannedMessage[] = [];
  codec.scan(bytes, 0, bytes.length, (message) => found.push(message));
  return found;
}

describe("a codec of several sizes", () => {
  it("makes each message of its own size and kind, byte for byte that of a codec of this size", () => {
    const codec = mixed();
    const ofOneSize = sizes.map((sizeBytes) => new MessageCodec({ ...format, sizeBytes, frameType: "text" }, runId));
    fc.assert(
      fc.property(connections, sequences, (connection, sequence) => {
        const message = codec.encode(connection, sequence);
        const size = kinds.sizeOf(connection, sequence);
        expect(message.bytes.length).toBe(sizes[size]);
        expect(message.isText).toBe(sequence % 4 !== 0);
        expect(message.bytes.equals(ofOneSize[size]!.encode(connection, sequence).bytes)).toBe(true);
        expect(message.words.length).toBe(Math.ceil(message.bytes.length / 4));
      }),
    );
  });

  it("knows each message again, on its connection and without being told which", () => {
    const codec = mixed();
    fc.assert(
      fc.property(connections, sequences, (connection, sequence) => {
        const bytes = encoded(codec, connection, sequence);
        expect(match(codec, bytes, connection)).toBe(sequence);
        expect(match(codec, bytes, connection + 1)).toBe(0);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        expect(codec.matchAny(view, 0, bytes.length)).toBe(sequence);
        expect(codec.matchedConnection).toBe(connection);
      }),
    );
  });

  it("knows no message again of which one byte is another, or the last is missing", () => {
    const codec = mixed();
    fc.assert(
      fc.property(
        connections,
        sequences,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (connection, sequence, at, by) => {
          const bytes = encoded(codec, connection, sequence);
          expect(match(codec, bytes.subarray(0, -1), connection)).toBe(0);
          bytes[at % bytes.length]! ^= by;
          expect(match(codec, bytes, connection)).toBe(0);
        },
      ),
    );
  });

  it("does not take a sound message of another size for one of its own", () => {
    const codec = mixed();
    const wrong = new MessageCodec({ ...format, sizeBytes: sizes[0]!, frameType: "text" }, runId);
    const bytes = Buffer.from(wrong.encode(1, 1).bytes);
    expect(kinds.sizeOf(1, 1)).not.toBe(0);
    expect(match(codec, bytes, 1)).toBe(0);
    expect(scan(codec, bytes)).toEqual([{ kind: "corrupt", connectionId: -1, sequence: -1 }]);
  });

  it("finds messages of all sizes inside one frame, in its order", () => {
    const codec = mixed();
    const order = [2, 1, 3, 6, 4, 5];
    const frame = Buffer.concat(
      order.map((sequence) => Buffer.concat([encoded(codec, 7, sequence), Buffer.from(",")])),
    );
    expect(scan(codec, frame)).toEqual(order.map((sequence) => ({ kind: "valid", connectionId: 7, sequence })));
  });

  it("names the damaged message, whatever its size, and one that was cut short", () => {
    const codec = mixed();
    for (const sequence of [1, 2, 3]) {
      const bytes = encoded(codec, 7, sequence);
      const corrupt = { kind: "corrupt", connectionId: 7, sequence };
      if (bytes.length > 100) expect(scan(codec, bytes.subarray(0, 100))).toEqual([corrupt]);
      // The payload begins with its constant part; the sequence is behind that and the connection.
      for (const at of [format.templatePrefix.length + 3, format.templatePrefix.length + 24]) {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1;
        expect(scan(codec, damaged)).toEqual([corrupt]);
      }
    }
  });

  it("writes the value of a template's variable into messages of every size", () => {
    const variable = { word: "{{room}}", values: ["r1", "r2"] };
    const codec = new MixedCodec(
      { templatePrefix: "{{room}}:", templateSuffix: "", variable },
      [40, 80, 120],
      kinds,
      runId,
    );
    for (const sequence of [1, 2, 3]) {
      codec.useValue(1);
      const inSecond = encoded(codec, 0, sequence);
      codec.useValue(0);
      expect(encoded(codec, 0, sequence).toString("latin1", 0, 3)).toBe("r1:");
      expect(inSecond.toString("latin1", 0, 3)).toBe("r2:");
      expect(match(codec, inSecond, 0)).toBe(0);
      codec.useValue(1);
      expect(match(codec, inSecond, 0)).toBe(sequence);
    }
  });

  it("refuses a size without room for the marker, and names it", () => {
    expect(() => new MixedCodec(format, [300, 20], kinds, runId)).toThrow('a message of "20" bytes has no room');
  });
});
