import { isUtf8 } from "node:buffer";
import { frameMemory, type FrameMemory } from "./frame-memory.ts";
import { MessageAssembly } from "./message-assembly.ts";
import { mayTravelAsCloseCode, protocolFault, type ProtocolFault, type ProtocolFaultKind } from "./protocol-fault.ts";
import { rotateMaskKey, unmask } from "./unmask.ts";

/** What the parser finds, told synchronously in the order of the wire. Bytes are valid during the call only. */
export interface FrameListener {
  /** First for every whole message; true when it is dealt with. Text has not been checked for UTF-8 yet. */
  takeKnownMessage(view: DataView, start: number, end: number): boolean;
  /** Any other whole message; text is valid UTF-8. */
  onMessage(bytes: Buffer, start: number, end: number, isText: boolean): void;
  onPing(bytes: Buffer, start: number, end: number): void;
  onPong(bytes: Buffer, start: number, end: number): void;
  /** Code 1005 when the frame had none. The last call. */
  onCloseFrame(code: number, reason: string): void;
  /** The peer broke the protocol. The last call. */
  onProtocolFault(fault: ProtocolFault): void;
}

export interface FrameParserOptions {
  /** Which side this is: a client wants unmasked frames, a server masked ones. */
  readonly role: "client" | "server";
  /** A larger message is the fault `message-too-big`, told before its bytes are taken in. */
  readonly maxMessageBytes: number;
}

const fin = 0x80;
const rsvBits = 0x70;
const maskBit = 0x80;
const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const noMessage = 0;
const maxSparePartials = 256;

/** A frame whose end has not arrived. Made only for such, so that an idle connection holds none. */
interface PartialFrame {
  /** The header so far, then, for a control frame, its payload so far. */
  readonly memory: FrameMemory;
  headerBytes: number;
  isHeaderWhole: boolean;
  payloadReceived: number;
}

/**
 * Reads RFC 6455 frames in place from chunks split anywhere. Whole frames in a chunk are told where they lie, without
 * copy or allocation; the rest is gathered as it arrives. A server's chunks are unmasked in place.
 */
export class FrameParser {
  readonly #listener: FrameListener;
  readonly #isServer: boolean;
  readonly #maxMessageBytes: number;
  #isStopped = false;
  /** Opcode of the message whose first fragment has come and last has not. */
  #unfinished: number = noMessage;
  #assembly: MessageAssembly | undefined;
  #partial: PartialFrame | undefined;
  // The header read last.
  #first = 0;
  #payloadBytes = 0;
  #maskKey = 0;

  constructor(listener: FrameListener, options: FrameParserOptions) {
    this.#listener = listener;
    this.#isServer = options.role === "server";
    this.#maxMessageBytes = options.maxMessageBytes;
  }

  /** Whether a message or frame has begun whose end has not come. */
  get isInsideMessage(): boolean {
    return this.#partial !== undefined || this.#unfinished !== noMessage;
  }

  /** Nothing is told any more, not even the rest of the chunk at hand; what was gathered is given back. */
  stop(): void {
    this.#isStopped = true;
    if (this.#partial !== undefined) sparePartials.giveBack(this.#partial);
    this.#partial = undefined;
    this.#assembly?.release();
    this.#assembly = undefined;
  }

  /** Reads `memory[start, end)`. The memory may be used anew as soon as this returns. */
  feed(memory: FrameMemory, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#isStopped) {
      if (this.#partial !== undefined) {
        at = this.#readPartial(this.#partial, memory, at, end);
        continue;
      }
      if (this.#unfinished === noMessage) {
        at = this.#isServer ? this.#readSmallMasked(memory, at, end) : this.#readSmallPlain(memory, at, end);
        if (at === end || this.#hasEnded()) return;
      }
      at = this.#readFrame(memory, at, end);
    }
  }

  /** A listener may have stopped it since it was last asked. */
  #hasEnded(): boolean {
    return this.#isStopped;
  }

  /** The hot loop of a client: whole messages of at most 125 bytes, one frame each. Gives where it had to stop. */
  #readSmallPlain(memory: FrameMemory, start: number, end: number): number {
    const { bytes, view } = memory;
    const listener = this.#listener;
    let at = start;
    while (end - at >= 2) {
      const first = bytes[at]!;
      const payloadBytes = bytes[at + 1]!;
      const payload = at + 2;
      const next = payload + payloadBytes;
      if ((first !== 0x81 && first !== 0x82) || payloadBytes > 125 || next > end) return at;
      if (payloadBytes > this.#maxMessageBytes) return at;
      at = next;
      if (!listener.takeKnownMessage(view, payload, next)) this.#tellMessage(memory, payload, next, first === 0x81);
      if (this.#isStopped) return at;
    }
    return at;
  }

  /** The hot loop of a server. */
  #readSmallMasked(memory: FrameMemory, start: number, end: number): number {
    const { bytes, view } = memory;
    const listener = this.#listener;
    let at = start;
    while (end - at >= 6) {
      const first = bytes[at]!;
      const payloadBytes = bytes[at + 1]! - maskBit;
      const payload = at + 6;
      const next = payload + payloadBytes;
      if ((first !== 0x81 && first !== 0x82) || payloadBytes < 0 || payloadBytes > 125 || next > end) return at;
      if (payloadBytes > this.#maxMessageBytes) return at;
      unmask(memory, payload, next, view.getInt32(at + 2, true));
      at = next;
      if (!listener.takeKnownMessage(view, payload, next)) this.#tellMessage(memory, payload, next, first === 0x81);
      if (this.#isStopped) return at;
    }
    return at;
  }

  /** Any frame that begins at `at`; keeps what there is of it when its end is missing. */
  #readFrame(memory: FrameMemory, at: number, end: number): number {
    const headerBytes = this.#readHeader(memory, at, end);
    if (this.#isStopped) return end;
    if (headerBytes === 0) {
      this.#partial = sparePartials.take();
      return this.#readPartial(this.#partial, memory, at, end);
    }
    const payload = at + headerBytes;
    if (this.#payloadBytes <= end - payload) {
      const next = payload + this.#payloadBytes;
      if (this.#isServer) unmask(memory, payload, next, this.#maskKey);
      this.#takeFrame(memory, payload, next);
      return next;
    }
    this.#partial = sparePartials.take();
    this.#partial.isHeaderWhole = true;
    return this.#readPartial(this.#partial, memory, payload, end);
  }

  /** More of a frame that had not arrived whole. */
  #readPartial(partial: PartialFrame, memory: FrameMemory, start: number, end: number): number {
    let at = start;
    while (!partial.isHeaderWhole) {
      if (at === end) return end;
      partial.memory.bytes[partial.headerBytes++] = memory.bytes[at++]!;
      partial.isHeaderWhole = this.#readHeader(partial.memory, 0, partial.headerBytes) > 0;
      if (this.#isStopped) return end;
    }
    const stop = Math.min(end, at + this.#payloadBytes - partial.payloadReceived);
    const isControl = (this.#first & 8) !== 0;
    if (isControl) this.#gatherControl(partial, memory, at, stop);
    else this.#gatherData(partial, memory, at, stop);
    partial.payloadReceived += stop - at;
    if (partial.payloadReceived === this.#payloadBytes) {
      this.#partial = undefined;
      if (isControl) this.#takeControl(partial.memory.bytes, 0, this.#payloadBytes);
      else this.#endDataFrame();
      sparePartials.giveBack(partial);
    }
    return stop;
  }

  #gatherControl(partial: PartialFrame, memory: FrameMemory, start: number, end: number): void {
    const at = partial.payloadReceived;
    memory.bytes.copy(partial.memory.bytes, at, start, end);
    if (this.#isServer) unmask(partial.memory, at, at + end - start, rotateMaskKey(this.#maskKey, at));
  }

  #gatherData(partial: PartialFrame, memory: FrameMemory, start: number, end: number): void {
    const assembly = this.#startAssembly();
    const at = assembly.append(memory, start, end);
    if (!this.#isServer) return;
    unmask(assembly.memory(), at, at + end - start, rotateMaskKey(this.#maskKey, partial.payloadReceived));
  }

  /** Reads and checks a header; gives its size, 0 when there is too little of it. Stops on a fault. */
  #readHeader(memory: FrameMemory, at: number, end: number): number {
    const { bytes, view } = memory;
    if (end - at < 2) return 0;
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const fault = this.#checkStart(first, second);
    if (fault !== undefined) return this.#fail(fault[0], fault[1]);
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const headerBytes = 2 + lengthBytes + (this.#isServer ? 4 : 0);
    if (end - at < headerBytes) return 0;
    let payloadBytes = short;
    if (lengthBytes === 2) payloadBytes = view.getUint16(at + 2);
    else if (lengthBytes === 8) payloadBytes = view.getUint32(at + 2) * 2 ** 32 + view.getUint32(at + 6);
    if (lengthBytes === 8 && bytes[at + 2]! >= 0x80) {
      return this.#fail("invalid-length", "a frame length with its top bit set");
    }
    if ((lengthBytes === 2 && payloadBytes <= 125) || (lengthBytes === 8 && payloadBytes <= 0xffff)) {
      return this.#fail("invalid-length", `a frame length of ${payloadBytes} written in ${lengthBytes} bytes`);
    }
    const messageBytes = payloadBytes + ((first & 8) !== 0 ? 0 : (this.#assembly?.sizeBytes ?? 0));
    if (messageBytes > this.#maxMessageBytes && (first & 8) === 0) {
      return this.#fail(
        "message-too-big",
        `a message of at least ${messageBytes} bytes, the limit is ${this.#maxMessageBytes}`,
      );
    }
    this.#first = first;
    this.#payloadBytes = payloadBytes;
    if (this.#isServer) this.#maskKey = view.getInt32(at + headerBytes - 4, true);
    return headerBytes;
  }

  /** What the first two bytes of a frame can have wrong. */
  #checkStart(first: number, second: number): readonly [ProtocolFaultKind, string] | undefined {
    const kind = first & 0x0f;
    if ((first & rsvBits) !== 0) return ["unexpected-rsv", `a frame starting with byte ${hex(first)}`];
    if ((kind > opcode.binary && kind < opcode.close) || kind > opcode.pong) {
      return ["invalid-opcode", `a frame with opcode ${kind}`];
    }
    if (((second & maskBit) !== 0) !== this.#isServer) {
      return this.#isServer ? ["expected-mask", "a frame without mask"] : ["unexpected-mask", "a masked frame"];
    }
    if (kind >= opcode.close) {
      if ((first & fin) === 0) return ["invalid-control-frame", `a fragment of a control frame (opcode ${kind})`];
      if ((second & 0x7f) > 125) return ["invalid-control-frame", `a control frame (opcode ${kind}) above 125 bytes`];
    } else if (kind === opcode.continuation && this.#unfinished === noMessage) {
      return ["unexpected-continuation", "a continuation frame with no message to continue"];
    } else if (kind !== opcode.continuation && this.#unfinished !== noMessage) {
      return ["expected-continuation", `a new message (opcode ${kind}) inside an unfinished one`];
    }
    return undefined;
  }

  /** A whole frame as it lies in the chunk. */
  #takeFrame(memory: FrameMemory, start: number, end: number): void {
    if ((this.#first & 8) !== 0) {
      this.#takeControl(memory.bytes, start, end);
    } else if ((this.#first & fin) !== 0 && this.#unfinished === noMessage) {
      if (!this.#listener.takeKnownMessage(memory.view, start, end)) {
        this.#tellMessage(memory, start, end, (this.#first & 0x0f) === opcode.text);
      }
    } else {
      this.#startAssembly().append(memory, start, end);
      this.#endDataFrame();
    }
  }

  #startAssembly(): MessageAssembly {
    return (this.#assembly ??= new MessageAssembly());
  }

  /** The payload of a data frame is whole and in the assembly. */
  #endDataFrame(): void {
    const kind = this.#first & 0x0f;
    if (kind !== opcode.continuation) this.#unfinished = kind;
    if ((this.#first & fin) === 0) return;
    const isText = this.#unfinished === opcode.text;
    const assembly = this.#startAssembly();
    this.#unfinished = noMessage;
    this.#assembly = undefined;
    const memory = assembly.memory();
    if (!this.#listener.takeKnownMessage(memory.view, 0, assembly.sizeBytes)) {
      this.#tellMessage(memory, 0, assembly.sizeBytes, isText);
    }
    assembly.release();
  }

  #tellMessage(memory: FrameMemory, start: number, end: number, isText: boolean): void {
    if (this.#isStopped) return;
    if (isText && !isUtf8(memory.bytes.subarray(start, end))) {
      this.#fail("invalid-utf8", `a text message of ${end - start} bytes that is not UTF-8`);
    } else {
      this.#listener.onMessage(memory.bytes, start, end, isText);
    }
  }

  #takeControl(bytes: Buffer, start: number, end: number): void {
    const kind = this.#first & 0x0f;
    if (kind === opcode.ping) this.#listener.onPing(bytes, start, end);
    else if (kind === opcode.pong) this.#listener.onPong(bytes, start, end);
    else this.#takeClose(bytes, start, end);
  }

  #takeClose(bytes: Buffer, start: number, end: number): void {
    if (end - start === 1) {
      this.#fail("invalid-close-payload", "a close frame with one byte of payload");
      return;
    }
    const code = end === start ? 1005 : bytes.readUInt16BE(start);
    if (end > start && !mayTravelAsCloseCode(code)) {
      this.#fail("invalid-close-code", `a close frame with code ${code}`);
      return;
    }
    const reason = bytes.subarray(Math.min(start + 2, end), end);
    if (!isUtf8(reason)) {
      this.#fail("invalid-utf8", "a close reason that is not UTF-8");
      return;
    }
    const text = reason.toString("utf8");
    this.stop();
    this.#listener.onCloseFrame(code, text);
  }

  #fail(kind: ProtocolFaultKind, example: string): number {
    this.stop();
    this.#listener.onProtocolFault(protocolFault(kind, example));
    return 0;
  }
}

/** Partial frames to use again, for all connections of a thread: most reads of a busy connection cut a frame. */
const sparePartials = {
  free: [] as PartialFrame[],
  take(): PartialFrame {
    const spare = this.free.pop();
    if (spare === undefined) {
      const memory = frameMemory(Buffer.allocUnsafeSlow(125));
      return { memory, headerBytes: 0, isHeaderWhole: false, payloadReceived: 0 };
    }
    spare.headerBytes = 0;
    spare.isHeaderWhole = false;
    spare.payloadReceived = 0;
    return spare;
  },
  /** Its memory must not be read any more. */
  giveBack(partial: PartialFrame): void {
    if (this.free.length < maxSparePartials) this.free.push(partial);
  },
};

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
