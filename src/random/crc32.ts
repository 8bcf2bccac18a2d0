/** Reflected polynomials. */
const isoHdlc = 0xedb88320;
const castagnoli = 0x82f63b78;

/** Eight tables of 256, one after another: table k advances a byte by k further zero bytes (slicing by 8). */
function makeTable(polynomial: number): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const previous = table[i - 256]!;
    table[i] = (previous >>> 8) ^ table[previous & 0xff]!;
  }
  return table;
}

/**
 * The tables of CRC-32/ISO-HDLC for code that runs the sum over bytes it touches anyway:
 * start with -1, per byte `crc = (crc >>> 8) ^ crc32Table[(crc ^ byte) & 255]`, end with `~crc >>> 0`.
 */
export const crc32Table: Int32Array = makeTable(isoHdlc);

let crc32cTable: Int32Array | null = null;

/** CRC-32/ISO-HDLC (zip, gzip, Ethernet) of bytes[start .. end), 0 .. 2^32 - 1; `crc` continues an earlier sum. */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length, crc = 0): number {
  return ~advance(crc32Table, bytes, start, end, ~crc) >>> 0;
}

/** CRC-32C/ISCSI (Castagnoli) of bytes[start .. end), 0 .. 2^32 - 1; `crc` continues an earlier sum. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, crc = 0): number {
  crc32cTable ??= makeTable(castagnoli);
  return ~advance(crc32cTable, bytes, start, end, ~crc) >>> 0;
}

function advance(table: Int32Array, bytes: Uint8Array, start: number, end: number, from: number): number {
  let crc = from;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    crc =
      table[1792 + ((crc ^ bytes[at]!) & 0xff)]! ^
      table[1536 + (((crc >>> 8) ^ bytes[at + 1]!) & 0xff)]! ^
      table[1280 + (((crc >>> 16) ^ bytes[at + 2]!) & 0xff)]! ^
      table[1024 + ((crc >>> 24) ^ bytes[at + 3]!)]! ^
      table[768 + bytes[at + 4]!]! ^
      table[512 + bytes[at + 5]!]! ^
      table[256 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!;
  return crc;
}
