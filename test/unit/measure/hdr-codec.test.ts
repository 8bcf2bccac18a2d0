import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeHdr, encodeHdr, encodeHistogramV2, readHdrHeader } from "../../../src/measure/hdr-codec.ts";
import { Histogram, highestTrackableUs } from "../../../src/measure/histogram.ts";

const valuesUs = fc.array(fc.oneof(fc.nat(3000), fc.integer({ min: 0, max: highestTrackableUs })), { maxLength: 100 });

function histogramOf(values: readonly number[]): Histogram {
  const made = Histogram.empty();
  for (const value of values) made.record(value);
  return made;
}

function cellsOf(histogram: Histogram): readonly (readonly [number, number])[] {
  const cells: [number, number][] = [];
  histogram.forEachCell((cell, count) => cells.push([cell, count]));
  return cells;
}

function theirs(values: readonly number[]): ReturnType<typeof build> {
  const made = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestTrackableUs,
    numberOfSignificantValueDigits: 3,
  });
  for (const value of values) made.recordValue(value);
  return made;
}

describe("encodeHdr and decodeHdr", () => {
  it("give back every count", () => {
    fc.assert(
      fc.property(valuesUs, (values) => {
        const histogram = histogramOf(values);
        expect(cellsOf(decodeHdr(encodeHdr(histogram)))).toEqual(cellsOf(histogram));
      }),
    );
  });

  it("give back counts beyond 2^32", () => {
    const histogram = Histogram.empty();
    histogram.record(1, 5e9);
    histogram.record(600_000_000, 2 ** 40);
    expect(decodeHdr(encodeHdr(histogram)).count).toBe(5e9 + 2 ** 40);
  });

  it("give back the exact figures when they are kept beside the text", () => {
    const histogram = histogramOf([1_000_003, 2_500_001]);
    const { sum, sumOfSquares, overflow } = histogram;
    const bare = decodeHdr(encodeHdr(histogram));
    expect([bare.min, bare.max]).toEqual([999_936, 2_500_607]);
    const whole = decodeHdr(encodeHdr(histogram), { sum, sumOfSquares, overflow, min: 1_000_003, max: 2_500_001 });
    expect([whole.min, whole.max, whole.mean, whole.stdev]).toEqual([
      histogram.min,
      histogram.max,
      histogram.mean,
      histogram.stdev,
    ]);
  });

  it("keep an empty histogram empty", () => {
    const empty = decodeHdr(encodeHdr(Histogram.empty()));
    expect([empty.count, empty.min, empty.percentile(50)]).toEqual([0, null, null]);
  });

  it("write the header other readers rely on", () => {
    expect(readHdrHeader(encodeHdr(histogramOf([5])))).toEqual({
      normalizingOffset: 0,
      digits: 3,
      lowest: 1,
      highest: 600_000_000,
    });
    const bytes = Buffer.from(encodeHistogramV2(histogramOf([5])));
    expect(bytes.readDoubleBE(32)).toBe(1);
    expect(bytes.readInt32BE(4)).toBe(bytes.length - 40);
  });
});

describe("hdr-histogram-js", () => {
  it("reads what is written here: same counts, same percentiles", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: highestTrackableUs }), { minLength: 1, maxLength: 100 }),
        (values) => {
          const read = decodeFromCompressedBase64(encodeHdr(histogramOf(values)), 64, false);
          const own = theirs(values);
          expect(read.totalCount).toBe(values.length);
          expect(read.mean).toBeCloseTo(own.mean, 6);
          for (const p of [1, 50, 90, 99, 100]) expect(read.getValueAtPercentile(p)).toBe(own.getValueAtPercentile(p));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("is read here, whatever it puts into the normalizing offset", () => {
    const values = [1, 5, 5, 2048, 2049, 1_000_000, 599_999_999];
    const text = encodeIntoCompressedBase64(theirs(values));
    expect(readHdrHeader(text).normalizingOffset).toBe(1);
    expect(cellsOf(decodeHdr(text))).toEqual(cellsOf(histogramOf(values)));
  });

  it("is read here in other ranges and precisions, too large values as overflow", () => {
    const made = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: 3_600_000_000,
      numberOfSignificantValueDigits: 2,
    });
    for (const value of [10, 100_000, 3_000_000_000]) made.recordValue(value);
    const read = decodeHdr(encodeIntoCompressedBase64(made));
    expect([read.count, read.overflow]).toEqual([3, 1]);
    expect(Math.abs(read.percentile(50)! / 100_000 - 1)).toBeLessThan(0.01);
    expect(read.max).toBeGreaterThanOrEqual(3_000_000_000);
  });
});

describe("decodeHdr", () => {
  it.each([
    ["nothing", ""],
    ["no base64", "%%%"],
    ["another cookie", Buffer.alloc(64).toString("base64")],
    ["a broken zlib stream", encodeHdr(histogramOf([1])).slice(0, 30)],
    ["a header only", `HISTFAAAAAh4nAMAAAAAAQ==`],
  ])("throws on %s", (_, text) => {
    expect(() => decodeHdr(text)).toThrow();
  });
});
