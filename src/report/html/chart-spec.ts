/** A chart as data: made by the reports, drawn in the browser by report/page/. The only thing both sides know. */
export interface ChartSpec {
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly series: readonly ChartSeries[];
  /** Stretches of x, shaded and named, behind everything. */
  readonly bands: readonly ChartBand[];
  /** Single places of x, drawn as upright lines. */
  readonly marks: readonly ChartMark[];
  /** Charts with the same one show the same place under the pointer; null for none. */
  readonly cursorGroup: string | null;
}

/** What numbers of an axis mean, and so how they are printed. */
export type ChartUnit =
  /** Seconds since a start: `30 s`, `5:00`. */
  | "elapsedSeconds"
  /** 1 / (1 - quantile), printed as the percentile: 2 is `50%`, 1000 is `99.9%`. */
  | "percentile"
  | "microseconds"
  | "bytes"
  | "perSecond"
  | "ratio"
  | "count"
  /** Seconds since 1970, UTC. */
  | "date"
  /** 0, 1, 2 ...: places of `names`. */
  | "name";

export interface ChartAxis {
  readonly label: string;
  readonly unit: ChartUnit;
  readonly isLogarithmic: boolean;
  /** Whether a linear axis begins at 0 at the latest. */
  readonly hasZero: boolean;
  /** What the places of a `name` axis are called; empty for others. */
  readonly names: readonly string[];
}

/** Names of colours; the page has one for light and one for dark for each. */
export type ChartColour = "blue" | "green" | "orange" | "red" | "purple" | "teal" | "grey";

export interface ChartSeries {
  readonly label: string;
  readonly colour: ChartColour;
  readonly shape: "line" | "dashed" | "points" | "bars";
  /** Rising. */
  readonly xs: readonly number[];
  /** As many as `xs`; null where the line is broken. */
  readonly ys: readonly (number | null)[];
}

export interface ChartBand {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** plain: a part of the run. pale: one that does not count. doubtful: one whose numbers are in doubt. */
  readonly kind: "plain" | "pale" | "doubtful";
}

export interface ChartMark {
  readonly at: number;
  readonly label: string;
  readonly colour: ChartColour;
}

/** An axis of this unit with what most have. */
export function axis(label: string, unit: ChartUnit, changes: Partial<ChartAxis> = {}): ChartAxis {
  return { label, unit, isLogarithmic: false, hasZero: false, names: [], ...changes };
}
