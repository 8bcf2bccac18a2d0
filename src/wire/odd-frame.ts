/** A client's frame with whatever is wrong with it on purpose. What is left out is as RFC 6455 section 5.2 wants it. */
export interface OddFrame {
  /** 0 .. 15. */
  readonly opcode: number;
  readonly payload: Uint8Array;
  /** @default true */
  readonly isFinal?: boolean;
  /** The three reserved bits, 0 .. 7. @default 0 */
  readonly reserved?: number;
  /** @default true */
  readonly isMasked?: boolean;
  /** The length its header tells. @default that of the payload */
  readonly declaredBytes?: number;
}

const maskBit = 0x80;
const mask = Buffer.from([0x5a, 0xc3, 0x96, 0x0f]);

/** The frame as it travels. */
export function oddFrameBytes(frame: OddFrame): Buffer {
  const { opcode, payload, isFinal = true, reserved = 0, isMasked = true, declaredBytes = payload.length } = frame;
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const length = lengthBytes(declaredBytes, isMasked ? maskBit : 0);
  if (!isMasked) return Buffer.concat([Buffer.from([first]), length, payload]);
  return Buffer.concat([Buffer.from([first]), length, mask, maskedPayload(payload)]);
}

/** A part of a payload under the mask of `oddFrameBytes`; a part that begins at a multiple of four bytes of it. */
export function maskedPayload(payload: Uint8Array): Buffer {
  return Buffer.from(payload.map((byte, index) => byte ^ mask[index & 3]!));
}

/** The second byte of a header, and the longer forms of the length behind it. */
function lengthBytes(bytes: number, flag: number): Buffer {
  if (bytes <= 125) return Buffer.from([flag | bytes]);
  if (bytes <= 0xffff) {
    const short = Buffer.from([flag | 126, 0, 0]);
    short.writeUInt16BE(bytes, 1);
    return short;
  }
  const long = Buffer.alloc(9);
  long[0] = flag | 127;
  long.writeBigUInt64BE(BigInt(bytes), 1);
  return long;
}
