import type { ComparedMetric } from "../../result/comparison.ts";
import { markup, type Html } from "./html-text.ts";

/** How far to either side bars reach; logarithmic, so that half and double are as far apart from the middle. */
export interface BarScale {
  /** Ratio at the right edge; its inverse is at the left one. */
  readonly edge: number;
}

const [width, height, middle] = [160, 18, 9];
const [leastEdge, mostEdge] = [1.1, 4];

/** One scale for all bars of a table: wide enough for every interval, within reason. */
export function barScale(metrics: readonly ComparedMetric[]): BarScale {
  const ratios = metrics.flatMap(({ change }) =>
    change?.kind !== "ratio" ? [] : [change.estimate, change.low, change.high],
  );
  const reach = ratios.map((ratio) => (ratio === null || ratio <= 0 ? 1 : Math.max(ratio, 1 / ratio)));
  return { edge: Math.min(mostEdge, Math.max(leastEdge, ...reach) * 1.05) };
}

/**
 * A change as a dot on the bar of its interval, over the stretch that counts as the same, the line of no change
 * in the middle; null where there is no ratio. The column beside it says the same in words.
 */
export function intervalBar({ change, limit, verdict }: ComparedMetric, { edge }: BarScale): Html | null {
  if (change?.kind !== "ratio" || change.estimate <= 0) return null;
  const at = (ratio: number) => {
    const place = 0.5 + Math.log(ratio) / (2 * Math.log(edge));
    return Math.round(Math.min(1, Math.max(0, place)) * width * 10) / 10;
  };
  const { estimate, low, high } = change;
  const same = limit === null ? null : { from: at(1 / (1 + limit)), to: at(1 + limit) };
  const hasInterval = low !== null && high !== null && low > 0;
  return markup`<svg class="interval ${verdict}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">${
    same === null
      ? null
      : markup`<rect class="same" x="${same.from}" y="0" width="${Math.max(1, same.to - same.from)}" height="${height}"/>`
  }<line class="none" x1="${width / 2}" y1="0" x2="${width / 2}" y2="${height}"/>${
    hasInterval
      ? markup`<rect class="reach" x="${at(low)}" y="${middle - 4}" width="${Math.max(1, at(high) - at(low))}" height="8"/>`
      : null
  }<circle cx="${at(estimate)}" cy="${middle}" r="3.5"/></svg>`;
}
