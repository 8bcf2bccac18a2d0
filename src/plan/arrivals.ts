import { Xoshiro } from "../random/xoshiro.ts";
import type { Load } from "./plan.ts";

/**
 * When the messages of one phase are due. All workers make the same schedule from the same plan and seed; worker w of W
 * takes the arrivals w, w + W, w + 2W ... The instants never fall.
 */
export interface Arrivals {
  /** How many there are; null when only the draw will tell (poisson). 0 without a schedule (`max`, `idle`). */
  readonly count: number | null;
  /**
   * The intended instant of arrival `index` (0, 1, ...), milliseconds since the phase began; Infinity when there is no
   * such arrival. Ask for indexes in non-decreasing order, one caller each; skipping is allowed. Allocates nothing.
   */
  atMs(index: number): number;
}

/**
 * The schedule of a phase: the cumulative rate inverted at index + 1/2, so that every whole second holds exactly `rate`
 * arrivals and none sits on a boundary. `maxMessages` (null for no limit) cuts it short. Arrivals at `durationMs` or
 * later belong to the next phase and do not exist.
 */
export function makeArrivals(load: Load, durationMs: number, maxMessages: number | null, seed: number): Arrivals {
  const limit = maxMessages ?? Infinity;
  switch (load.kind) {
    case "constant":
      return load.arrival === "constant"
        ? new ConstantArrivals(load.ratePerSecond, durationMs, limit)
        : new PoissonArrivals(load.ratePerSecond, load.ratePerSecond, durationMs, limit, seed);
    case "ramp":
      return load.arrival === "constant"
        ? new RampArrivals(load.fromPerSecond, load.toPerSecond, durationMs, limit)
        : new PoissonArrivals(load.fromPerSecond, load.toPerSecond, durationMs, limit, seed);
    case "burst":
      return new BurstArrivals(load.size, load.everyMs, durationMs, limit);
    case "max":
    case "idle":
      return { count: 0, atMs: () => Infinity };
  }
}

/** How many messages a phase will offer; null when only the run will tell (poisson, `max`); 0 for `idle`. */
export function countArrivals(load: Load, durationMs: number, maxMessages: number | null): number | null {
  return load.kind === "max" ? null : makeArrivals(load, durationMs, maxMessages, 0).count;
}

/**
 * Expected number of messages due in the first `tMs` of a phase of `durationMs`: the cumulative rate, with fractions
 * (a burst counts from its instant on). Never falls as `tMs` grows. Null for `max`, which has no schedule.
 */
export function arrivalsBefore(load: Load, durationMs: number, tMs: number): number | null {
  const t = Math.min(Math.max(tMs, 0), durationMs) / 1000;
  switch (load.kind) {
    case "constant":
      return load.ratePerSecond * t;
    case "ramp":
      return load.fromPerSecond * t + ((load.toPerSecond - load.fromPerSecond) * t * t * 500) / durationMs;
    case "burst":
      return Math.min(
        load.size * (Math.floor((t * 1000) / load.everyMs) + 1),
        load.size * burstCount(load, durationMs),
      );
    case "max":
      return null;
    case "idle":
      return 0;
  }
}

/** The connection that sends arrival `index`: connections take turns, so their number does not change the schedule. */
export function connectionOfArrival(index: number, connections: number): number {
  return index % connections;
}

class ConstantArrivals implements Arrivals {
  readonly count: number;
  readonly #ratePerSecond: number;

  constructor(ratePerSecond: number, durationMs: number, limit: number) {
    this.#ratePerSecond = ratePerSecond;
    this.count = Math.min(
      limit,
      countBefore(durationMs, (ratePerSecond * durationMs) / 1000, (i) => this.#instant(i)),
    );
  }

  #instant(index: number): number {
    return ((index + 0.5) * 1000) / this.#ratePerSecond;
  }

  atMs(index: number): number {
    return index < this.count ? this.#instant(index) : Infinity;
  }
}

class RampArrivals implements Arrivals {
  readonly count: number;
  readonly #from: number;
  readonly #acceleration: number;

  constructor(from: number, to: number, durationMs: number, limit: number) {
    this.#from = from;
    this.#acceleration = ((to - from) * 1000) / durationMs;
    this.count = Math.min(
      limit,
      countBefore(durationMs, ((from + to) * durationMs) / 2000, (i) => this.#instant(i)),
    );
  }

  #instant(index: number): number {
    return 1000 * timeOfCumulative(index + 0.5, this.#from, this.#acceleration);
  }

  atMs(index: number): number {
    return index < this.count ? this.#instant(index) : Infinity;
  }
}

class BurstArrivals implements Arrivals {
  readonly count: number;
  readonly #size: number;
  readonly #everyMs: number;

  constructor(size: number, everyMs: number, durationMs: number, limit: number) {
    this.#size = size;
    this.#everyMs = everyMs;
    this.count = Math.min(limit, size * burstCount({ everyMs }, durationMs));
  }

  atMs(index: number): number {
    return index < this.count ? Math.floor(index / this.#size) * this.#everyMs : Infinity;
  }
}

/**
 * Unit-rate Poisson arrivals (sums of -ln(1 - u)) put through the inverse of the cumulative rate. Every worker draws
 * all of them, about 20 ns each: that makes one global process without any talk between workers.
 */
class PoissonArrivals implements Arrivals {
  readonly count = null;
  readonly #random: Xoshiro;
  readonly #from: number;
  readonly #acceleration: number;
  readonly #durationMs: number;
  readonly #limit: number;
  #index = -1;
  #sum = 0;
  /** What the sum has lost to rounding so far (Kahan). */
  #compensation = 0;
  #currentMs = 0;

  constructor(from: number, to: number, durationMs: number, limit: number, seed: number) {
    this.#random = new Xoshiro(seed);
    this.#from = from;
    this.#acceleration = ((to - from) * 1000) / durationMs;
    this.#durationMs = durationMs;
    this.#limit = limit;
  }

  atMs(index: number): number {
    if (index >= this.#limit || this.#currentMs === Infinity) return Infinity;
    if (index < this.#index) {
      throw new Error(
        `Arrivals.atMs(${index}) after ${this.#index}: poisson only goes forward. This is a bug in floodgate.`,
      );
    }
    while (this.#index < index) {
      this.#index++;
      const term = -Math.log(1 - this.#random.f53()) - this.#compensation;
      const sum = this.#sum + term;
      this.#compensation = sum - this.#sum - term;
      this.#sum = sum;
      const ms = 1000 * timeOfCumulative(sum, this.#from, this.#acceleration);
      this.#currentMs = ms < this.#durationMs ? ms : Infinity;
      if (this.#currentMs === Infinity) break;
    }
    return this.#currentMs;
  }
}

/**
 * Seconds until a rate that starts at `from` per second and changes by `acceleration` per second each second has given
 * `arrivals`: the root t = 2k / (r0 + sqrt(r0^2 + 2ak)), stable also for a = 0 and for falling rates.
 * Infinity when it never gives so many.
 */
function timeOfCumulative(arrivals: number, from: number, acceleration: number): number {
  const square = from * from + 2 * acceleration * arrivals;
  return square < 0 ? Infinity : (2 * arrivals) / (from + Math.sqrt(square));
}

/**
 * Number of instants before `durationMs`, `total` being the integral of the rate: those with index + 1/2 < total. The
 * instants themselves decide, so that the count and `atMs` agree whatever the rounding.
 */
function countBefore(durationMs: number, total: number, instant: (index: number) => number): number {
  let count = Math.max(0, Math.ceil(total - 0.5));
  while (count > 0 && !(instant(count - 1) < durationMs)) count--;
  while (count < total && instant(count) < durationMs) count++;
  return count;
}

function burstCount(load: { readonly everyMs: number }, durationMs: number): number {
  let count = Math.ceil(durationMs / load.everyMs);
  while (count > 0 && (count - 1) * load.everyMs >= durationMs) count--;
  while (count * load.everyMs < durationMs) count++;
  return count;
}
