const usualMask = Buffer.from([0x11, 0x22, 0x33, 0x44]);

/** A masked frame as a client sends it (RFC 6455 section 5.2), made byte by byte. `first` is its first byte. */
export function clientFrame(first: number, payload: Buffer, mask: Buffer = usualMask): Buffer {
  return Buffer.concat([header(first, payload.length), mask, payload.map((byte, index) => byte ^ mask[index & 3]!)]);
}

function header(first: number, payloadBytes: number): Buffer {
  if (payloadBytes < 126) return Buffer.from([first, 0x80 | payloadBytes]);
  if (payloadBytes < 65_536) return Buffer.from([first, 0x80 | 126, payloadBytes >> 8, payloadBytes & 255]);
  const long = Buffer.alloc(10);
  long[0] = first;
  long[1] = 0x80 | 127;
  long.writeBigUInt64BE(BigInt(payloadBytes), 2);
  return long;
}
