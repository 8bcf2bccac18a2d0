import type { MachineCounters } from "../host/process-probes.ts";
import type { WorkersAs } from "../plan/plan.ts";
import type { MemorySeries } from "./collected.ts";
import type { MemorySource } from "./memory-source.ts";

/** Readings of the process and the machine; tests put their own here. */
export interface ResourceProbes {
  readonly residentBytes: () => number;
  readonly cpuSeconds: () => number;
  readonly machineCounters: () => MachineCounters;
}

/** What was read at one instant. */
export interface ResourceSample {
  /** Since the start of the run, milliseconds. */
  readonly tMs: number;
  readonly generatorBytes: number;
  readonly targetBytes: number | null;
  readonly connections: number;
  readonly delivered: number;
}

/** Follows memory and CPU of the generator, and memory of the target, over a run. */
export class ResourceMonitor {
  readonly samples: ResourceSample[] = [];
  readonly #probes: ResourceProbes;
  readonly #target: MemorySource;
  readonly #workersAs: WorkersAs;
  #generatorPeak = 0;
  #targetPeak: number | null = null;
  #cpuSeconds = 0;
  #cpuFrom: number | null = null;
  #machineFrom: MachineCounters | null = null;
  #machineFromMs = 0;
  #throttledUs = 0;
  #stealTicks = 0;
  #totalTicks = 0;
  #loadedMs = 0;

  constructor(probes: ResourceProbes, target: MemorySource, workersAs: WorkersAs) {
    this.#workersAs = workersAs;
    this.#probes = probes;
    this.#target = target;
  }

  /** Takes one sample. Never throws: what cannot be read is null. */
  async sample(tMs: number, connections: number, delivered: number): Promise<void> {
    const generatorBytes = this.#probes.residentBytes();
    // A source that failed once may be back: it is asked again each time.
    const reading = await this.#target.read();
    this.#generatorPeak = Math.max(this.#generatorPeak, generatorBytes);
    const peak = reading?.peakBytes ?? reading?.bytes ?? null;
    if (peak !== null) this.#targetPeak = Math.max(this.#targetPeak ?? 0, peak);
    this.samples.push({ tMs, generatorBytes, targetBytes: reading?.bytes ?? null, connections, delivered });
  }

  /** The latest sample of a stretch of time; null when there is none. */
  sampleWithin(fromMs: number, toMs: number): ResourceSample | null {
    let [low, high] = [0, this.samples.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.samples[middle]!.tMs < toMs) low = middle + 1;
      else high = middle;
    }
    const sample = this.samples[low - 1];
    return sample !== undefined && sample.tMs >= fromMs ? sample : null;
  }

  /** Measured load begins: CPU counts from here. */
  loadStarted(tMs: number): void {
    this.#cpuFrom = this.#probes.cpuSeconds();
    this.#machineFrom = this.#probes.machineCounters();
    this.#machineFromMs = tMs;
  }

  /** Measured load has ended. */
  loadEnded(tMs: number): void {
    if (this.#cpuFrom === null || this.#machineFrom === null) return;
    const now = this.#probes.machineCounters();
    this.#cpuSeconds += this.#probes.cpuSeconds() - this.#cpuFrom;
    this.#throttledUs += (now.throttledUs ?? 0) - (this.#machineFrom.throttledUs ?? 0);
    this.#stealTicks += (now.stealTicks ?? 0) - (this.#machineFrom.stealTicks ?? 0);
    this.#totalTicks += (now.totalTicks ?? 0) - (this.#machineFrom.totalTicks ?? 0);
    this.#loadedMs += tMs - this.#machineFromMs;
    this.#cpuFrom = null;
  }

  /** Of the measured load so far. */
  get cpuSeconds(): number {
    return this.#cpuSeconds + (this.#cpuFrom === null ? 0 : this.#probes.cpuSeconds() - this.#cpuFrom);
  }

  get throttledRatio(): number | null {
    if (this.#machineFrom?.throttledUs == null || this.#loadedMs === 0) return null;
    return this.#throttledUs / (this.#loadedMs * 1000);
  }

  get stealRatio(): number | null {
    return this.#totalTicks === 0 ? null : this.#stealTicks / this.#totalTicks;
  }

  get generatorMemory(): MemorySeries {
    return {
      source:
        this.#workersAs.kind === "threads"
          ? "process.memoryUsage().rss, the whole process with all workers"
          : "process.memoryUsage().rss of this process and every worker process, added; pages they share count in each",
      samples: this.samples.map(({ tMs, generatorBytes, connections, delivered }) => ({
        tMs,
        bytes: generatorBytes,
        connections,
        delivered,
      })),
      peakBytes: this.samples.length === 0 ? null : this.#generatorPeak,
      unavailable: this.samples.length === 0 ? "no sample was taken" : null,
    };
  }

  get targetMemory(): MemorySeries {
    const samples = this.samples.flatMap(({ tMs, targetBytes, connections, delivered }) =>
      targetBytes === null ? [] : [{ tMs, bytes: targetBytes, connections, delivered }],
    );
    const unavailable = samples.length > 0 ? null : (this.#target.unavailable ?? "no reading succeeded");
    return { source: this.#target.source, samples, peakBytes: this.#targetPeak, unavailable };
  }
}
