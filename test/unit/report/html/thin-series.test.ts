import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChartSeries } from "../../../../src/report/html/chart-spec.ts";
import { thinSeries } from "../../../../src/report/html/thin-series.ts";

const series = (ys: readonly (number | null)[]): ChartSeries => ({
  ...{ label: "p99", colour: "blue", shape: "line" },
  ...{ xs: ys.map((_, index) => index), ys },
});

describe("thinSeries", () => {
  it("leaves a short series as it is", () => {
    const short = series([1, null, 3]);
    expect(thinSeries(short, 3)).toBe(short);
  });

  it("keeps the highest and the lowest of each stretch, and its breaks, and invents nothing", () => {
    const ys = fc.array(fc.option(fc.double({ noNaN: true }), { freq: 20 }), { minLength: 1, maxLength: 3000 });
    fc.assert(
      fc.property(ys, fc.integer({ min: 4, max: 500 }), (values, most) => {
        const { xs, ys: kept } = thinSeries(series(values), most);
        xs.forEach((x, index) => {
          expect(kept[index]).toBe(values[x]);
          expect(x).toBeGreaterThan(xs[index - 1] ?? -1);
        });
        const breaks = values.filter((value) => value === null).length;
        expect(kept.filter((value) => value === null)).toHaveLength(breaks);
        expect(kept.length).toBeLessThanOrEqual(Math.max(values.length <= most ? values.length : 0, most + 4 + breaks));
        const numbers = (list: readonly (number | null)[]) => list.filter((value) => value !== null);
        const extremes = (list: readonly number[]) => [
          list.reduce((a, b) => Math.max(a, b), -Infinity),
          list.reduce((a, b) => Math.min(a, b), Infinity),
        ];
        expect(extremes(numbers(kept))).toEqual(extremes(numbers(values)));
      }),
    );
  });

  it("keeps a single peak in an hour of seconds", () => {
    const hour = Array.from({ length: 3600 }, (_, second) => (second === 1234 ? 900 : second % 7));
    const thin = thinSeries(series(hour), 600);
    expect(thin.xs.length).toBeLessThan(620);
    expect(thin.ys[thin.xs.indexOf(1234)]).toBe(900);
  });
});
