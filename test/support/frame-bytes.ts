import { frameMemory } from "../../src/wire/frame-memory.ts";
import { FrameParser, type FrameListener, type FrameParserOptions } from "../../src/wire/frame-parser.ts";

/** How a frame made by `frameBytes` departs from a whole, unmasked, shortest-form one. */
export interface FrameShape {
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly maskKey?: number;
  /** Bytes the length is written in: 0, 2 or 8. */
  readonly lengthBytes?: 0 | 2 | 8;
}

/** A frame built the plain way, independent of src/wire/frame-writer.ts. */
export function frameBytes(opcode: number, payload: Buffer | string, shape: FrameShape = {}): Buffer {
  const body = Buffer.from(payload as string);
  const lengthBytes = shape.lengthBytes ?? (body.length <= 125 ? 0 : body.length <= 65535 ? 2 : 8);
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = (shape.fin === false ? 0 : 0x80) | ((shape.rsv ?? 0) << 4) | opcode;
  head[1] = lengthBytes === 0 ? body.length : lengthBytes === 2 ? 126 : 127;
  if (lengthBytes === 2) head.writeUInt16BE(body.length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(body.length), 2);
  if (shape.maskKey === undefined) return Buffer.concat([head, body]);
  head[1] |= 0x80;
  const key = Buffer.alloc(4);
  key.writeInt32LE(shape.maskKey | 0);
  for (let i = 0; i < body.length; i++) body[i]! ^= key[i & 3]!;
  return Buffer.concat([head, key, body]);
}

/** A message, control frame or fault as a short text: `text "abc"`, `ping "x"`, `close 1000 "bye"`, `fault invalid-utf8 1007`. */
export type FrameEvent = string;

/** Feeds the chunks to a parser and gives what it told. */
export function parseFrames(
  chunks: readonly Buffer[],
  options: Partial<FrameParserOptions> & Partial<FrameListener> = {},
): FrameEvent[] {
  const events: FrameEvent[] = [];
  const listener: FrameListener = {
    takeKnownMessage: options.takeKnownMessage ?? (() => false),
    onMessage: (bytes, start, end, isText) => {
      const text = bytes.toString(isText ? "utf8" : "latin1", start, end);
      events.push(`${isText ? "text" : "binary"} ${JSON.stringify(text)}`);
    },
    onPing: (bytes, start, end) => events.push(`ping ${JSON.stringify(bytes.toString("utf8", start, end))}`),
    onPong: (bytes, start, end) => events.push(`pong ${JSON.stringify(bytes.toString("utf8", start, end))}`),
    onCloseFrame: (code, reason) => events.push(`close ${code} ${JSON.stringify(reason)}`),
    onProtocolFault: (fault) => events.push(`fault ${fault.kind} ${fault.closeCode}`),
  };
  const parser = new FrameParser(listener, {
    role: options.role ?? "client",
    maxMessageBytes: options.maxMessageBytes ?? 1 << 20,
  });
  for (const chunk of chunks) {
    // One memory for all chunks, overwritten each time: what the parser keeps must be its own copy.
    const memory = frameMemory(Buffer.from(chunk));
    parser.feed(memory, 0, chunk.length);
    memory.bytes.fill(0xee);
  }
  return events;
}

/** `bytes` cut at the given places. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...[...places].map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}
