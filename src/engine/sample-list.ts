/** What was read at one instant. */
export interface ResourceSample {
  /** Since the start of the run, milliseconds. */
  readonly tMs: number;
  readonly generatorBytes: number;
  readonly targetBytes: number | null;
  readonly connections: number;
  readonly delivered: number;
}

/** So many are kept at most: an hour of readings. Far more than a trend is judged by (measure/memory-growth.ts). */
export const mostSamples = 3600;

/** So many of the newest are kept as they were read: seconds are taken within a minute, when a long drain is over. */
const recentSamples = 120;

/**
 * Readings of a run, oldest first, in bounded memory however long it lasts: when there are more than `most`, neighbours
 * are joined in pairs, those to come likewise. Joined readings stand at the instant of the first, with the lowest memory of
 * all: a leak is judged by the floor that garbage collection leaves, and windows of whatever length have the same floor.
 * Peaks are kept elsewhere. Readings at different numbers of connections are not joined, nor those before and after the first
 * delivery, as what connections take is read from them; unless there are too many of them, as where connections come and
 * go all the time.
 */
export class SampleList {
  readonly #most: number;
  #samples: ResourceSample[] = [];
  /** The newest, each as it was read. */
  #recent: ResourceSample[] = [];
  /** How many readings go into one. */
  #joined = 1;
  /** Whatever their number of connections. */
  #joinsAll = false;
  /** How many are in the last one so far. */
  #inLast = 0;

  constructor(most = mostSamples) {
    this.#most = most;
  }

  get samples(): readonly ResourceSample[] {
    return this.#samples;
  }

  push(sample: ResourceSample): void {
    this.#recent.push(sample);
    if (this.#recent.length > 2 * recentSamples) this.#recent = this.#recent.slice(-recentSamples);
    const last = this.#samples.at(-1);
    if (last !== undefined && this.#inLast < this.#joined && this.#mayJoin(last, sample)) {
      this.#samples[this.#samples.length - 1] = lowerOf(last, sample);
      this.#inLast += 1;
      return;
    }
    this.#samples.push(sample);
    this.#inLast = 1;
    if (this.#samples.length <= this.#most) return;
    this.#thin();
    this.#joinsAll ||= this.#samples.length > (this.#most * 3) / 4;
  }

  /** The latest reading of a stretch of time in the last two minutes, as it was; null when there is none. */
  within(fromMs: number, toMs: number): ResourceSample | null {
    return this.#recent.findLast(({ tMs }) => tMs >= fromMs && tMs < toMs) ?? null;
  }

  #mayJoin(a: ResourceSample, b: ResourceSample): boolean {
    return this.#joinsAll || (a.connections === b.connections && (a.delivered === 0) === (b.delivered === 0));
  }

  #thin(): void {
    const thinned: ResourceSample[] = [];
    let isPaired = true;
    for (const sample of this.#samples) {
      const last = thinned.at(-1);
      isPaired = !isPaired && last !== undefined && this.#mayJoin(last, sample);
      if (isPaired) thinned[thinned.length - 1] = lowerOf(last!, sample);
      else thinned.push(sample);
    }
    this.#inLast += isPaired ? this.#joined : 0;
    this.#joined *= 2;
    this.#samples = thinned;
  }
}

function lowerOf(first: ResourceSample, second: ResourceSample): ResourceSample {
  const [a, b] = [first.targetBytes, second.targetBytes];
  return {
    ...first,
    generatorBytes: Math.min(first.generatorBytes, second.generatorBytes),
    targetBytes: a === null || b === null ? (a ?? b) : Math.min(a, b),
  };
}
