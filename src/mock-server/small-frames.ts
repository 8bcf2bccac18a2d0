import { isUtf8 } from "node:buffer";

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
 * The fast path for the frames that make up nearly all of a load: masked, whole in the chunk, up to 64 KiB. Unmasks in place,
 * four bytes at a time, and allocates nothing. What was found is left in the fields.
 */
export class SmallFrames {
  /** The unmasked payload, as positions in the chunk. */
  payloadStart = 0;
  payloadEnd = 0;
  isText = false;
  /** The position behind the frame. */
  frameEnd = 0;
  readonly #maxPayloadBytes: number;

  constructor(maxPayloadBytes: number) {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /**
   * Reads the frame at `at`. With `answerAt` 0 or more, the frame is rewritten there as the server's answer: header
   * without mask, then the payload. That is always shorter, so the answers of a chunk fit in front of what is still
   * unread; `answerAt` may not be above `at`. With -1 the payload stays where it is.
   */
  read(bytes: Buffer, view: DataView, at: number, answerAt: number): FrameFound {
    const end = bytes.length;
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
      bytes[answerAt] = first;
      bytes[answerAt + 1] = length < 126 ? length : 126;
      if (headerBytes === 4) view.setUint16(answerAt + 2, length);
      target = answerAt + headerBytes;
    }
    const seen = unmask(bytes, view, source, target, length, mask);
    this.payloadStart = target;
    this.payloadEnd = target + length;
    this.frameEnd = source + length;
    this.isText = first === finalText;
    if ((seen & nonAscii) === 0 || !this.isText) return frameFound.message;
    return isUtf8(bytes.subarray(target, target + length)) ? frameFound.message : frameFound.invalidUtf8;
  }
}

/** Bytes of the frame whose header begins at `at`, header included; 0 when the header is not whole. Checks nothing. */
export function frameBytes(bytes: Buffer, at: number): number {
  const available = bytes.length - at;
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

/** Gives the OR of all bytes, spread over a word. Works when the two places overlap, since the target is never behind. */
function unmask(bytes: Buffer, view: DataView, source: number, target: number, length: number, mask: number): number {
  const wholeWords = length & ~3;
  let seen = 0;
  for (let index = 0; index < wholeWords; index += 4) {
    const word = view.getInt32(source + index, true) ^ mask;
    seen |= word;
    view.setInt32(target + index, word, true);
  }
  for (let index = wholeWords; index < length; index++) {
    const byte = bytes[source + index]! ^ ((mask >>> ((index & 3) * 8)) & 0xff);
    seen |= byte;
    bytes[target + index] = byte;
  }
  return seen;
}
