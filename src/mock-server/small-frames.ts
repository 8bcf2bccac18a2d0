import { isUtf8 } from "node:buffer";
import type { FrameMemory } from "../wire/frame-memory.ts";

/** What lies at a position of a chunk. */
export const frameFound = {
  /** A whole unfragmented message, unmasked now. */
  message: 0,
  /** The beginning of one; the rest has not come. */
  incomplete: 1,
  /** Anything else: control frames, fragments, long frames, breaches of the protocol. Nothing was changed. */
  other: 2,
  /** A text message that is not UTF-8. */
  invalidUtf8: 3,
} as const;
export type FrameFound = (typeof frameFound)[keyof typeof frameFound];

const finalText = 0x81;
const finalBinary = 0x82;
const maskedSmall = 0x80;
const maskedExtended = 0x80 | 126;
const maskBytes = 4;
/** The high bit of each byte of a word: all clear means ASCII, which is UTF-8 without looking further. */
const nonAscii = 0x80808080 | 0;

/**
 * The fast path for the frames that make up nearly all of a load: masked, whole in the chunk, up to 64 KiB. Unmasks four
 * bytes at a time and allocates nothing. What was found is left in the fields.
 */
export class SmallFrames {
  /** The unmasked payload, as positions in the chunk, or in the memory the answer was written to. */
  payloadStart = 0;
  payloadEnd = 0;
  isText = false;
  /** The position behind the frame. */
  frameEnd = 0;
  readonly #maxPayloadBytes: number;

  constructor(maxPayloadBytes: number) {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /** Reads the frame at `at` of `memory[0, end)` and unmasks it in place. */
  read(memory: FrameMemory, at: number, end: number): FrameFound {
    return this.#read(memory, at, end, memory, -1);
  }

  /**
   * The same, but writes the frame to `answers` at `answerAt` as the server's answer: header without mask, then the payload.
   * That is shorter than the frame; there must be room. The frame itself stays as it was.
   */
  readAndAnswer(memory: FrameMemory, at: number, end: number, answers: FrameMemory, answerAt: number): FrameFound {
    return this.#read(memory, at, end, answers, answerAt);
  }

  #read(memory: FrameMemory, at: number, end: number, answers: FrameMemory, answerAt: number): FrameFound {
    const { bytes, view } = memory;
    if (at + 2 > end) return at < end && !isMessageStart(bytes[at]!) ? frameFound.other : frameFound.incomplete;
    const first = bytes[at]!;
    if (!isMessageStart(first)) return frameFound.other;
    const second = bytes[at + 1]!;
    let headerBytes = 2;
    let length = second & 0x7f;
    if (second < maskedSmall || second > maskedExtended) return frameFound.other;
    if (second === maskedExtended) {
      if (at + 4 > end) return frameFound.incomplete;
      headerBytes = 4;
      length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      if (length < 126) return frameFound.other;
    }
    if (length > this.#maxPayloadBytes) return frameFound.other;
    const source = at + headerBytes + maskBytes;
    if (source + length > end) return frameFound.incomplete;
    const mask = view.getInt32(source - maskBytes, true);
    let target = source;
    if (answerAt >= 0) {
      answers.bytes[answerAt] = first;
      answers.bytes[answerAt + 1] = length < 126 ? length : 126;
      if (headerBytes === 4) answers.view.setUint16(answerAt + 2, length);
      target = answerAt + headerBytes;
    }
    const seen = unmask(view, source, answers.view, target, length, mask);
    this.payloadStart = target;
    this.payloadEnd = target + length;
    this.frameEnd = source + length;
    this.isText = first === finalText;
    if ((seen & nonAscii) === 0 || !this.isText) return frameFound.message;
    return isUtf8(answers.bytes.subarray(target, target + length)) ? frameFound.message : frameFound.invalidUtf8;
  }
}

/** Bytes of the frame that begins at `at` of `bytes[0, end)`, header included; 0 when that is cut. Checks nothing. */
export function frameBytes(bytes: Buffer, at: number, end: number): number {
  const available = end - at;
  if (available < 2) return 0;
  const second = bytes[at + 1]!;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const headerBytes = 2 + lengthBytes + (second < maskedSmall ? 0 : maskBytes);
  if (available < headerBytes) return 0;
  if (lengthBytes === 0) return headerBytes + short;
  if (lengthBytes === 2) return headerBytes + bytes.readUInt16BE(at + 2);
  return headerBytes + bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
}

function isMessageStart(byte: number): boolean {
  return byte === finalText || byte === finalBinary;
}

/** Gives the OR of all bytes, spread over a word. Source and target may be the same place. */
function unmask(from: DataView, source: number, to: DataView, target: number, length: number, mask: number): number {
  const wholeWords = length & ~3;
  let seen = 0;
  for (let index = 0; index < wholeWords; index += 4) {
    const word = from.getInt32(source + index, true) ^ mask;
    seen |= word;
    to.setInt32(target + index, word, true);
  }
  for (let index = wholeWords; index < length; index++) {
    const byte = from.getUint8(source + index) ^ ((mask >>> ((index & 3) * 8)) & 0xff);
    seen |= byte;
    to.setUint8(target + index, byte);
  }
  return seen;
}
