const lowerA = 0x61;
const backslash = 0x5c;

/**
 * Changes one byte of `message` in place, within the payload of floodgate's own when it holds one; the place and the new value follow from `bits` (32 random ones). False when the
 * payload is empty and nothing could be changed.
 *
 * A letter becomes another letter and a digit another digit from 1 up, so that UTF-8 stays valid and the strings of a JSON
 * text stay strings: what breaks is the content, as it should, and not the envelope. The search for such a byte goes on from the drawn
 * place, round the end. A payload without one loses that in order: any byte in 0x20 .. 0x7e, then the lowest bit of the last byte
 * (the last byte of a UTF-8 sequence may take either value).
 */
export function corruptPayload(message: Uint8Array, bits: number): boolean {
  const payload = floodgatePayload(message) ?? message;
  const length = payload.length;
  if (length === 0) return false;
  const start = Math.floor((bits * length) / 2 ** 32);
  const shift = mixLow(bits);
  const place = find(payload, start, isReplaceable);
  if (place >= 0) {
    payload[place] = replacement(payload[place]!, shift);
    return true;
  }
  const printable = find(payload, start, isPrintable);
  if (printable >= 0) payload[printable] = otherLetter(payload[printable]!, shift);
  else payload[length - 1]! ^= 1;
  return true;
}

/** A message of a run in whatever template: from its marker to the last character a payload can have. */
function floodgatePayload(message: Uint8Array): Uint8Array | undefined {
  const from = Buffer.from(message.buffer, message.byteOffset, message.length).indexOf("fg1.");
  if (from < 0) return undefined;
  let to = from;
  while (to < message.length && isMarkerCharacter(message[to]!)) to += 1;
  return message.subarray(from, to);
}

/** A letter, a digit, or one of "-._". */
function isMarkerCharacter(byte: number): boolean {
  return groupOf(byte) !== undefined || byte === 0x2d || byte === 0x2e || byte === 0x5f;
}

function find(payload: Uint8Array, start: number, accepts: (payload: Uint8Array, index: number) => boolean): number {
  for (let step = 0; step < payload.length; step++) {
    const index = (start + step) % payload.length;
    if (accepts(payload, index)) return index;
  }
  return -1;
}

/** A letter or digit that cannot be part of an escape, of which the longest is a backslash, u and four digits. */
function isReplaceable(payload: Uint8Array, index: number): boolean {
  if (groupOf(payload[index]!) === undefined) return false;
  return !payload.subarray(Math.max(0, index - 5), index).includes(backslash);
}

function isPrintable(payload: Uint8Array, index: number): boolean {
  const byte = payload[index]!;
  return byte >= 0x20 && byte <= 0x7e;
}

const groups = [
  { first: 0x30, last: 0x39, lowest: 0x31 },
  { first: 0x41, last: 0x5a, lowest: 0x41 },
  { first: lowerA, last: 0x7a, lowest: lowerA },
] as const;

function groupOf(byte: number): (typeof groups)[number] | undefined {
  return groups.find((group) => byte >= group.first && byte <= group.last);
}

/** Another member of the same group, never the byte itself. */
function replacement(byte: number, shift: number): number {
  const group = groupOf(byte)!;
  const size = group.last - group.lowest + 1;
  if (byte < group.lowest) return group.lowest + (shift % size);
  return group.lowest + ((byte - group.lowest + 1 + (shift % (size - 1))) % size);
}

function otherLetter(byte: number, shift: number): number {
  const letter = lowerA + (shift % 26);
  return letter === byte ? lowerA + ((shift + 1) % 26) : letter;
}

/** The high bits choose the place; these are the low ones, spread out. */
function mixLow(bits: number): number {
  return Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d) >>> 8;
}
