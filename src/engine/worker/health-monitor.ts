import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";
import { processCpuSeconds } from "../../host/process-probes.ts";
import { healthCell } from "../../measure/worker-cells.ts";

/** Node's monitor records the whole wait of its own timer; this much of it is no lag. */
const resolutionMs = 10;
/** Lag from here on is a stall. */
const stallUs = 20_000;

/** Watches this worker's own event loop while there is load, and writes what it sees to shared memory. */
export class HealthMonitor {
  readonly #cells: Float64Array;
  readonly #whole = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #second = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #garbage: PerformanceObserver;
  readonly #spins: boolean;
  #utilizationStart = performance.eventLoopUtilization();
  #cpuStart = threadCpuSeconds();
  /** Of the loads before the current one. */
  #busyBefore = 0;
  #wallBefore = 0;
  #cpuBefore = 0;
  #isWatching = false;

  /** `spins`: the pacer keeps the loop busy on purpose, so that utilization says nothing. */
  constructor(cells: Float64Array, spins: boolean) {
    this.#cells = cells;
    this.#spins = spins;
    this.#garbage = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#noteGarbage(entry.duration);
    });
  }

  /** Counts from here: connecting, draining and compiling are not load. */
  loadStarted(): void {
    this.#isWatching = true;
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
    const worstUs = this.#second.count > 0 ? lagUs(this.#second.max) : 0;
    cells[healthCell.lagLastSecondUs] = worstUs;
    // A percentile over wake-ups counts a stall of a second once; time counts it as a second.
    if (worstUs > stallUs) cells[healthCell.stalledMs]! += worstUs / 1e3;
    this.#second.reset();
    const { active, idle } = performance.eventLoopUtilization(this.#utilizationStart);
    const wall = this.#wallBefore + active + idle;
    if (!this.#spins && wall > 0) cells[healthCell.utilization] = (this.#busyBefore + active) / wall;
    const cpu = threadCpuSeconds();
    if (cpu !== null && this.#cpuStart !== null) {
      cells[healthCell.cpuSeconds] = this.#cpuBefore + cpu - this.#cpuStart;
    }
  }

  loadEnded(): void {
    if (!this.#isWatching) return;
    this.publish();
    this.#isWatching = false;
    const { active, idle } = performance.eventLoopUtilization(this.#utilizationStart);
    this.#busyBefore += active;
    this.#wallBefore += active + idle;
    const cpu = threadCpuSeconds();
    if (cpu !== null && this.#cpuStart !== null) this.#cpuBefore += cpu - this.#cpuStart;
    this.stop();
  }

  stop(): void {
    this.#whole.disable();
    this.#second.disable();
    this.#garbage.disconnect();
  }

  #noteGarbage(pauseMs: number): void {
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
