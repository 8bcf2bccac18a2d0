import { monitorEventLoopDelay, PerformanceObserver, performance, type PerformanceEntry } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";
import { isFullCollection, processCpuSeconds, threadWaitMs } from "../../host/process-probes.ts";
import { healthCell } from "../../measure/worker-cells.ts";
import { StandstillWatch } from "./standstill-watch.ts";

/** Node's monitor records the whole wait of its own timer; this much of it is no lag. */
const resolutionMs = 10;

/** Watches this worker's own event loop, and writes what it sees to shared memory. */
export class HealthMonitor {
  readonly #cells: Float64Array;
  readonly #whole = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #second = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #garbage: PerformanceObserver;
  readonly #spins: boolean;
  readonly #standstills: StandstillWatch;
  #utilizationStart = performance.eventLoopUtilization();
  #cpuStart = threadCpuSeconds();
  #waitStartMs = threadWaitMs();
  /** Of the loads before the current one. */
  #busyBefore = 0;
  #wallBefore = 0;
  #cpuBefore = 0;
  #waitedBeforeMs = 0;
  #isWatching = false;

  /** `spins`: the pacer keeps the loop busy on purpose, so that utilization says nothing. */
  constructor(cells: Float64Array, spins: boolean, nowMs: () => number) {
    this.#cells = cells;
    this.#spins = spins;
    this.#standstills = new StandstillWatch(cells, nowMs);
    this.#garbage = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#noteGarbage(entry);
    });
  }

  /** A standstill makes the target look slow to open. */
  connectingStarted(): void {
    this.#standstills.enter("connecting");
  }

  connectingEnded(): void {
    this.#standstills.enter("none");
  }

  /** Counts from here: connecting, draining and compiling are not load. */
  loadStarted(): void {
    this.#isWatching = true;
    this.#standstills.enter("load");
    this.#waitStartMs = threadWaitMs();
    this.#utilizationStart = performance.eventLoopUtilization();
    this.#cpuStart = threadCpuSeconds();
    this.#second.reset();
    this.#whole.enable();
    this.#second.enable();
    this.#garbage.observe({ entryTypes: ["gc"] });
  }

  /** Call once a second while a load runs. */
  publish(): void {
    if (!this.#isWatching) return;
    const cells = this.#cells;
    if (this.#whole.count > 0) {
      cells[healthCell.lagP50Us] = lagUs(this.#whole.percentile(50));
      cells[healthCell.lagP99Us] = lagUs(this.#whole.percentile(99));
      cells[healthCell.lagMaxUs] = lagUs(this.#whole.max);
    }
    cells[healthCell.lagLastSecondUs] = this.#second.count > 0 ? lagUs(this.#second.max) : 0;
    this.#second.reset();
    const { active, idle } = performance.eventLoopUtilization(this.#utilizationStart);
    const wall = this.#wallBefore + active + idle;
    if (!this.#spins && wall > 0) cells[healthCell.utilization] = (this.#busyBefore + active) / wall;
    const waitedMs = this.#waitedMs();
    if (waitedMs !== null && wall > 0) cells[healthCell.starvedRatio] = Math.min(1, waitedMs / wall);
    const cpu = threadCpuSeconds();
    if (cpu !== null && this.#cpuStart !== null) {
      cells[healthCell.cpuSeconds] = this.#cpuBefore + cpu - this.#cpuStart;
    }
  }

  /** No more load; while answers are waited for, a standstill still makes them late. */
  loadEnded(): void {
    if (!this.#isWatching) return;
    this.publish();
    this.#isWatching = false;
    this.#standstills.enter("drain");
    const { active, idle } = performance.eventLoopUtilization(this.#utilizationStart);
    this.#busyBefore += active;
    this.#wallBefore += active + idle;
    this.#waitedBeforeMs = this.#waitedMs() ?? 0;
    const cpu = threadCpuSeconds();
    if (cpu !== null && this.#cpuStart !== null) this.#cpuBefore += cpu - this.#cpuStart;
    this.#stopMonitors();
  }

  drained(): void {
    this.#standstills.enter("none");
  }

  stop(): void {
    this.#standstills.enter("none");
    this.#stopMonitors();
  }

  /** Of all loads so far; null where the system does not tell. */
  #waitedMs(): number | null {
    const now = threadWaitMs();
    return now === null || this.#waitStartMs === null ? null : this.#waitedBeforeMs + now - this.#waitStartMs;
  }

  #stopMonitors(): void {
    this.#whole.disable();
    this.#second.disable();
    this.#garbage.disconnect();
  }

  #noteGarbage(entry: PerformanceEntry): void {
    const pauseMs = entry.duration;
    if (isFullCollection(entry)) this.#cells[healthCell.fullCollections]! += 1;
    this.#cells[healthCell.gcPauseTotalMs]! += pauseMs;
    if (pauseMs > this.#cells[healthCell.gcPauseMaxMs]!) this.#cells[healthCell.gcPauseMaxMs] = pauseMs;
  }
}

function lagUs(recordedNs: number): number {
  return Math.max(0, recordedNs / 1e3 - resolutionMs * 1e3);
}

/**
 * CPU of this thread alone; null on a Node that cannot tell (before 22.19 and 23.9). A worker that is a process has it to
 * itself, with all its threads.
 */
function threadCpuSeconds(): number | null {
  if (isMainThread) return processCpuSeconds();
  const perThread = (process as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage;
  if (perThread === undefined) return null;
  const usage = perThread.call(process);
  return (usage.user + usage.system) / 1e6;
}
