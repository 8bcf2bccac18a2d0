import { createRequire } from "node:module";
import { deflateSync, inflateSync } from "node:zlib";
import type * as HdrHistogramJs from "hdr-histogram-js";
import { cellOf, Histogram, highestTrackableUs, histogramCells, type HistogramStats } from "./histogram.ts";

/*
 * HdrHistogram V2, the form every HDR tool reads. Written here, as hdr-histogram-js 3.0.1 writes two header fields wrong
 * (normalizing offset 1, and the integer 1 for the ratio 1.0), upon which other readers give a wrong mean.
 */

const require = createRequire(import.meta.url);

const cookie = 0x1c849313;
const compressedCookie = 0x1c849314;
const significantDigits = 3;
const headerBytes = 40;
/** No histogram unpacks to more: nine bytes for each of the cells of a whole 64-bit range. */
const maxInflatedBytes = 1 << 20;

/**
 * The histogram in V2 form, not compressed. `highestUs` only goes into the header: the layout of the cells is the same
 * for every range of three digits.
 */
export function encodeHistogramV2(histogram: Histogram, highestUs = highestTrackableUs): Uint8Array {
  const payload: number[] = [];
  let next = 0;
  histogram.forEachCell((cell, count) => {
    const empty = cell - next;
    // One empty cell is the count 0; k of them in a row are the number -k.
    if (empty === 1) pushZigZag(payload, 0);
    else if (empty > 1) pushZigZag(payload, -empty);
    pushZigZag(payload, count);
    next = cell + 1;
  });
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, cookie);
  view.setInt32(4, payload.length);
  view.setInt32(8, 0); // normalizing offset
  view.setInt32(12, significantDigits);
  view.setBigInt64(16, 1n); // lowest value
  view.setBigInt64(24, BigInt(highestUs));
  view.setFloat64(32, 1); // ratio of integer to double values
  bytes.set(payload, headerBytes);
  return bytes;
}

/** The histogram as V2 compressed, in base64: what `hdr` holds in a saved result and what HDR tools read. */
export function encodeHdr(histogram: Histogram): string {
  const packed = deflateSync(encodeHistogramV2(histogram));
  const bytes = Buffer.alloc(8 + packed.length);
  bytes.writeInt32BE(compressedCookie, 0);
  bytes.writeInt32BE(packed.length, 4);
  packed.copy(bytes, 8);
  return bytes.toString("base64");
}

/** The header of a V2 histogram; values in the histogram's own unit. */
export interface HdrHeader {
  /** Should be 0; 1 from hdr-histogram-js 3.0.1. Never applied. */
  readonly normalizingOffset: number;
  readonly digits: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Reads the header of V2 compressed base64. Throws when it is not one, or unpacks to more than a histogram can be. */
export function readHdrHeader(base64: string): HdrHeader {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length < 8 || bytes.readInt32BE(0) !== compressedCookie)
    throw new Error("not an HdrHistogram V2 compressed in base64");
  const packed = bytes.subarray(8, 8 + bytes.readInt32BE(4));
  const inflated = inflateSync(packed, { maxOutputLength: maxInflatedBytes });
  if (inflated.length < headerBytes || inflated.readInt32BE(0) !== cookie) throw new Error("not an HdrHistogram V2");
  return {
    normalizingOffset: inflated.readInt32BE(8),
    digits: inflated.readInt32BE(12),
    lowest: Number(inflated.readBigInt64BE(16)),
    highest: Number(inflated.readBigInt64BE(24)),
  };
}

/**
 * A histogram from V2 compressed base64 of any HDR tool, its values taken as microseconds. The counts are exact. The
 * file holds no exact sum and extremes: unless given in `exact` they are those of cell middles and cell edges, good to
 * 0.1 %. Values of a wider range than ours count as overflow. Throws when the text is no such histogram.
 */
export function decodeHdr(base64: string, exact: Partial<HistogramStats> = {}): Histogram {
  const { digits, lowest, highest } = readHdrHeader(base64);
  // Checked before the library allocates by these numbers.
  if (digits < 0 || digits > 5 || lowest < 1 || highest < 2 * lowest || highest > Number.MAX_SAFE_INTEGER) {
    throw new Error(`an HdrHistogram of ${digits} digits from ${lowest} to ${highest} cannot be read`);
  }
  // Loaded when the first saved result is read: it takes 25 ms.
  const { decodeFromCompressedBase64, JsHistogram } = require("hdr-histogram-js") as typeof HdrHistogramJs;
  // Without WebAssembly it is always its JavaScript histogram, whose interface does not show the cells.
  const decoded: unknown = decodeFromCompressedBase64(base64, 64, false);
  if (!(decoded instanceof JsHistogram)) throw new Error("hdr-histogram-js gave another kind of histogram");
  const cells = new Float64Array(histogramCells);
  let [sum, sumOfSquares, min, max, overflow] = [0, 0, Infinity, 0, 0];
  let left = decoded.totalCount;
  for (let index = 0; left > 0 && index < decoded.countsArrayLength; index++) {
    const count = decoded.getCountAtIndex(index);
    if (count === 0) continue;
    left -= count;
    const value = decoded.valueFromIndex(index);
    const middle = decoded.medianEquivalentValue(value);
    cells[cellOf(Math.min(middle, highestTrackableUs))]! += count;
    sum += middle * count;
    sumOfSquares += middle * middle * count;
    if (min === Infinity) min = decoded.lowestEquivalentValue(value);
    max = decoded.highestEquivalentValue(value);
    if (middle > highestTrackableUs && cellOf(highestTrackableUs) !== cellOfAny(middle)) overflow += count;
  }
  return Histogram.fromCells(cells, { sum, sumOfSquares, min, max, overflow, ...exact });
}

/** cellOf for values beyond the range too; only to tell whether a value shares the last cell. */
function cellOfAny(value: number): number {
  return value < 2 ** 31 ? cellOf(value) : Infinity;
}

/** ZigZag (sign in the lowest bit), then LEB128 of at most nine bytes, the ninth with eight bits: the counts of V2. */
export function encodeZigZag(value: number): Uint8Array {
  const bytes: number[] = [];
  pushZigZag(bytes, value);
  return Uint8Array.from(bytes);
}

function pushZigZag(bytes: number[], value: number): void {
  // Doubles hold 2 * (2^53 - 1) exactly, as it is even; negative numbers are counts of cells, so small.
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (let written = 0; rest >= 128 && written < 8; written++) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}
