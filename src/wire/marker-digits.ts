/** Base 64 in URL order: none of these is changed by JSON, HTML or URL encoding. */
export const markerDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Value 0 .. 63 of each byte that is a marker digit, -1 for every other byte. */
export const digitValues: Int8Array = makeDigitValues();

/** The two characters of each number 0 .. 4095, high digit in the low byte: a little-endian store writes them in reading order. */
export const digitPairs: Uint16Array = makeDigitPairs();

/** The other way: by the two bytes (first one low), 0 .. 4095 or -1 when one of them is no digit. 128 KiB for one look-up in place of two. */
export const pairValues: Int16Array = makePairValues();

function makeDigitValues(): Int8Array {
  const values = new Int8Array(256).fill(-1);
  for (let digit = 0; digit < 64; digit++) values[markerDigits.charCodeAt(digit)] = digit;
  return values;
}

function makeDigitPairs(): Uint16Array {
  const pairs = new Uint16Array(4096);
  for (let pair = 0; pair < 4096; pair++) {
    pairs[pair] = markerDigits.charCodeAt(pair >>> 6) | (markerDigits.charCodeAt(pair & 63) << 8);
  }
  return pairs;
}

function makePairValues(): Int16Array {
  const values = new Int16Array(65536).fill(-1);
  for (let pair = 0; pair < 4096; pair++) values[digitPairs[pair]!] = pair;
  return values;
}
