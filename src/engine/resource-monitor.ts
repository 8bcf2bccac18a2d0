import type { MachineCounters } from "../host/process-probes.ts";
import type { WorkersAs } from "../plan/plan.ts";
import type { MemorySeries } from "./memory-source.ts";
import type { MemorySource } from "./memory-source.ts";
import { SampleList, type ResourceSample } from "./sample-list.ts";

/** Readings of the process and the machine; tests put their own here. */
export interface ResourceProbes {
  readonly residentBytes: () => number;
  readonly cpuSeconds: () => number;
  /** Collections of all garbage of the main thread, since any instant. */
  readonly fullCollections: () => number;
  readonly machineCounters: () => MachineCounters;
}

/** Follows memory and CPU of the generator, and memory of the target, over a run. */
export class ResourceMonitor {
  readonly #readings = new SampleList();
  readonly #probes: ResourceProbes;
  readonly #target: MemorySource;
  readonly #workersAs: WorkersAs;
  #generatorPeak = 0;
  #targetPeak: number | null = null;
  #cpuSeconds = 0;
  #cpuFrom: number | null = null;
  #collectionsFrom: number | null = null;
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
    this.#readings.push({ tMs, generatorBytes, targetBytes: reading?.bytes ?? null, connections, delivered });
  }

  /** The latest reading of a stretch of time in the last two minutes; null when there is none. */
  sampleWithin(fromMs: number, toMs: number): ResourceSample | null {
    return this.#readings.within(fromMs, toMs);
  }

  /** Measured load begins: CPU counts from here. */
  loadStarted(tMs: number): void {
    this.#cpuFrom = this.#probes.cpuSeconds();
    this.#collectionsFrom ??= this.#probes.fullCollections();
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

  /** Of the main thread since the first measured load began. */
  get fullCollections(): number {
    return this.#collectionsFrom === null ? 0 : this.#probes.fullCollections() - this.#collectionsFrom;
  }

  get throttledRatio(): number | null {
    if (this.#machineFrom?.throttledUs == null || this.#loadedMs === 0) return null;
    return this.#throttledUs / (this.#loadedMs * 1000);
  }

  get stealRatio(): number | null {
    return this.#totalTicks === 0 ? null : this.#stealTicks / this.#totalTicks;
  }

  get generatorMemory(): MemorySeries {
    const { samples } = this.#readings;
    return {
      source:
        this.#workersAs.kind === "threads"
          ? "process.memoryUsage().rss, the whole process with all workers"
          : "process.memoryUsage().rss of this process and every worker process, added; pages they share count in each",
      samples: samples.map(({ tMs, generatorBytes, connections, delivered }) => ({
        tMs,
        bytes: generatorBytes,
        connections,
        delivered,
      })),
      peakBytes: samples.length === 0 ? null : this.#generatorPeak,
      unavailable: samples.length === 0 ? "no sample was taken" : null,
    };
  }

  get targetMemory(): MemorySeries {
    const samples = this.#readings.samples.flatMap(({ tMs, targetBytes, connections, delivered }) =>
      targetBytes === null ? [] : [{ tMs, bytes: targetBytes, connections, delivered }],
    );
    const unavailable = samples.length > 0 ? null : (this.#target.unavailable ?? "no reading succeeded");
    return { source: this.#target.source, samples, peakBytes: this.#targetPeak, unavailable };
  }
}
