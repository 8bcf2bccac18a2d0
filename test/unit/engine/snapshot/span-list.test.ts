import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Span } from "../../../../src/engine/snapshot/span.ts";
import { SpanList, type EndedSecond } from "../../../../src/engine/snapshot/span-list.ts";
import { Histogram } from "../../../../src/measure/histogram.ts";
import { aHistogram } from "../../../support/a-collected.ts";

interface Told {
  readonly phase: number | null;
  readonly delivered: number;
  readonly latencies: readonly number[];
  readonly lagUs: number;
  readonly rss: number | null;
}

/** Histograms are made once for the same values: to record makes all cells. */
const made = new Map<string, Histogram>();

function copyOf(values: readonly number[]): Histogram {
  const key = values.join(" ");
  if (!made.has(key)) {
    const histogram = aHistogram(values);
    histogram.compact();
    made.set(key, histogram);
  }
  const copy = Histogram.empty();
  copy.add(made.get(key)!);
  return copy;
}

function secondOf(number: number, told: Partial<Told> = {}): EndedSecond {
  const { phase = 0, delivered = 10, latencies = [delivered], lagUs = 5, rss = null } = told;
  return {
    number,
    segment: 0,
    phase,
    fromMs: number * 1000,
    lengthMs: phase === null ? 700 : 1000,
    sent: delivered + 1,
    delivered,
    lost: 1,
    latency: copyOf(latencies),
    slip: copyOf([7]),
    lagUs,
    generatorRssBytes: rss,
    targetRssBytes: rss,
  };
}

function listOf(
  spans: number,
  seconds: readonly Partial<Told>[],
  histogramBytes = Infinity,
  spansWhatever = 0,
): SpanList {
  const list = new SpanList({ spans, histogramBytes, spansWhatever });
  seconds.forEach((told, number) => list.push(secondOf(number, told)));
  return list;
}

const secondsIn = (list: SpanList): readonly number[] => list.spans.map(({ seconds }) => seconds);
const allOf = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);

const cellsOf = (histogram: Histogram): readonly (readonly [number, number])[] => {
  const cells: (readonly [number, number])[] = [];
  histogram.forEachCell((cell, count) => cells.push([cell, count]));
  return cells;
};

const figuresOf = (histogram: Histogram): unknown => ({
  cells: cellsOf(histogram),
  figures: [histogram.count, histogram.sum, histogram.sumOfSquares, histogram.min, histogram.max],
});

function merged(histograms: readonly Histogram[]): Histogram {
  const all = Histogram.empty();
  for (const histogram of histograms) all.add(histogram);
  return all;
}

const someSeconds = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 40 }),
      phase: fc.boolean(),
      values: fc.array(fc.integer({ min: 0, max: 3_000_000 }), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((stretches) =>
    stretches.flatMap(({ length, phase, values }, index) =>
      Array.from({ length }, (_, i): Told => {
        const value = values[i % values.length]! + i;
        return {
          phase: phase ? index : null,
          delivered: value % 1000,
          latencies: [value, 2 * value],
          lagUs: value,
          rss: value % 3 === 0 ? null : value,
        };
      }),
    ),
  );

describe("the list of ended seconds", () => {
  it("leaves seconds as they are while there are few of them", () => {
    expect(secondsIn(listOf(60, allOf(60, {})))).toEqual(allOf(60, 1));
  });

  it("puts neighbours together when there are too many, and what comes later likewise", () => {
    expect(secondsIn(listOf(60, allOf(61, {})))).toEqual([...allOf(30, 2), 1]);
    expect(secondsIn(listOf(60, allOf(120, {})))).toEqual(allOf(60, 2));
    expect(secondsIn(listOf(60, allOf(121, {})))).toEqual([...allOf(30, 4), 1]);
    expect(secondsIn(listOf(60, allOf(1000, {})))).toEqual([...allOf(31, 32), 8]);
  });

  it("keeps as many as judging takes, whatever their histograms take", () => {
    const seconds = Array.from({ length: 100 }, (_, i) => ({ latencies: [i * 100, 5000 + 2000 * i] }));
    expect(secondsIn(listOf(60, seconds.slice(0, 24), 1, 24))).toEqual(allOf(24, 1));
    expect(secondsIn(listOf(60, seconds.slice(0, 25), 1, 24))).toEqual([...allOf(12, 2), 1]);
    expect(secondsIn(listOf(60, seconds, 1, 24))).toEqual([...allOf(12, 8), 4]);
  });

  it("puts them together as well when their histograms take too many bytes", () => {
    const seconds = Array.from({ length: 64 }, (_, i) => ({
      latencies: [i * 100, 5000 + 2000 * i, 90_000 + 7777 * i],
    }));
    const bytes = (list: SpanList): number =>
      list.spans.reduce((sum, { latency, slip }) => sum + latency.packedBytes + slip.packedBytes, 0);
    const all = bytes(listOf(Infinity, seconds));
    // Values in cells of their own take about as many bytes together.
    expect(secondsIn(listOf(Infinity, seconds, all))).toEqual(allOf(64, 1));
    const same = allOf(64, { latencies: [100, 5000, 90_000] });
    const oneByOne = bytes(listOf(Infinity, same));
    const list = listOf(Infinity, same, oneByOne / 4);
    expect(secondsIn(list).slice(0, -1)).toEqual(allOf(list.spans.length - 1, 4));
    expect(bytes(list)).toBeLessThanOrEqual(oneByOne / 4);
  });

  it("never puts seconds of two phases together, and thins the phase that has most", () => {
    const list = listOf(60, [
      ...allOf(10, { phase: 0 }),
      { phase: null },
      ...allOf(400, { phase: 1 }),
      { phase: null },
      ...allOf(9, { phase: 2 }),
    ]);
    expect(list.spans.filter(({ phase }) => phase === 0).map(({ seconds }) => seconds)).toEqual(allOf(10, 1));
    expect(list.spans.filter(({ phase }) => phase === 1).map(({ seconds }) => seconds)).toEqual(allOf(25, 16));
    expect(list.spans.filter(({ phase }) => phase === 2).map(({ seconds }) => seconds)).toEqual(allOf(9, 1));
    expect(list.spans.filter(({ phase }) => phase === null)).toHaveLength(2);
  });

  it("keeps what cannot be put together, however many there are", () => {
    expect(listOf(5, allOf(9, { phase: null })).spans).toHaveLength(9);
  });

  it("tells the worst and the best of the seconds, and of ten in a row that end among them", () => {
    const delivered = Array.from({ length: 64 }, (_, i) => (i >= 30 && i < 35 ? 0 : 100 + i));
    const list = listOf(
      16,
      delivered.map((each) => ({ delivered: each })),
    );
    const windowAt = (end: number): number => delivered.slice(end - 9, end + 1).reduce((sum, each) => sum + each, 0);
    expect(secondsIn(list)).toEqual(allOf(16, 4));
    list.spans.forEach(({ number, deliveredExtremes }) => {
      const own = delivered.slice(number, number + 4);
      const windows = own.flatMap((_, i) => (number + i >= 9 ? [windowAt(number + i)] : []));
      expect(deliveredExtremes).toEqual({
        leastInSecond: Math.min(...own),
        mostInSecond: Math.max(...own),
        leastInTenSeconds: windows.length === 0 ? null : Math.min(...windows),
        mostInTenSeconds: windows.length === 0 ? null : Math.max(...windows),
      });
    });
  });

  it("counts windows of ten seconds within one phase", () => {
    const list = listOf(4, [...allOf(20, { phase: 0, delivered: 1 }), ...allOf(20, { phase: 1, delivered: 3 })]);
    const first = list.spans.find(({ phase }) => phase === 1)!;
    expect(first.deliveredExtremes).toMatchObject({ leastInTenSeconds: 30, mostInTenSeconds: 30 });
  });

  it("loses nothing: sums, histograms and largest values are those of the seconds, none of two phases", () => {
    fc.assert(
      fc.property(someSeconds, fc.integer({ min: 2, max: 40 }), (seconds, most) => {
        const { spans } = listOf(most, seconds);
        const plain = listOf(Infinity, seconds).spans;
        expect(plain).toHaveLength(seconds.length);
        const sum = (of: readonly Span[], read: (span: Span) => number) =>
          of.reduce((all, each) => all + read(each), 0);
        for (const key of ["seconds", "lengthMs", "sent", "delivered", "lost"] as const) {
          expect(sum(spans, (span) => span[key])).toBe(sum(plain, (span) => span[key]));
        }
        for (const key of ["latency", "slip"] as const) {
          expect(figuresOf(merged(spans.map((span) => span[key])))).toEqual(
            figuresOf(merged(plain.map((span) => span[key]))),
          );
        }
        for (const span of spans) {
          const own = plain.filter(({ number }) => number >= span.number && number < span.number + span.seconds);
          expect(own.every(({ phase }) => phase === span.phase)).toBe(true);
          expect(figuresOf(span.latency)).toEqual(figuresOf(merged(own.map(({ latency }) => latency))));
          expect(span.lagUs).toBe(Math.max(...own.map(({ lagUs }) => lagUs)));
          const readings = own.map(({ targetRssBytes }) => targetRssBytes).filter((bytes) => bytes !== null);
          expect(span.targetRssBytes).toBe(readings.length === 0 ? null : Math.max(...readings));
        }
      }),
      { numRuns: 25 },
    );
  });
});
