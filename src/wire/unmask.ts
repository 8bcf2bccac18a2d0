import type { FrameMemory } from "./frame-memory.ts";

/**
 * Takes a masking key off `memory[start, end)` in place (RFC 6455 section 5.3), four bytes at a time. `maskKey` is the
 * key's four bytes read as a little-endian integer; the first byte is met by its lowest eight bits.
 */
export function unmask(memory: FrameMemory, start: number, end: number, maskKey: number): void {
  const { view } = memory;
  let at = start;
  for (; at + 4 <= end; at += 4) view.setInt32(at, view.getInt32(at, true) ^ maskKey, true);
  for (let key = maskKey; at < end; at++, key >>>= 8) view.setUint8(at, view.getUint8(at) ^ (key & 255));
}

/** The key as the byte `bytes` places further on meets it. */
export function rotateMaskKey(maskKey: number, bytes: number): number {
  const bits = (bytes & 3) * 8;
  return bits === 0 ? maskKey : (maskKey >>> bits) | (maskKey << (32 - bits));
}
