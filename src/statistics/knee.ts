/** Throughput and mean latency at one load. */
export interface PowerPoint {
  /** Messages per second. */
  readonly goodput: number;
  /** Seconds, above 0. */
  readonly latencySec: number;
}

/** Power of each point, and where it is greatest. */
export interface Knee {
  /** Goodput / latency of each point. */
  readonly power: readonly number[];
  /** Index of the greatest power, the first of equals; null without points. */
  readonly kneeIndex: number | null;
}

/** The knee by power (Kleinrock 1979): the load that gets the most throughput for its latency. */
export function kneeByPower(points: readonly PowerPoint[]): Knee {
  const power = points.map(({ goodput, latencySec }) => goodput / latencySec);
  return { power, kneeIndex: power.length === 0 ? null : power.indexOf(Math.max(...power)) };
}
