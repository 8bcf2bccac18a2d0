import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { healthCell } from "../../measure/worker-cells.ts";

/** Node's monitor records the whole wait of its own timer; this much of it is no lag. */
const resolutionMs = 10;

/** Watches this worker's own event loop, and writes what it sees to shared memory once a second. */
export class HealthMonitor {
  readonly #cells: Float64Array;
  readonly #whole = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #second = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #garbage: PerformanceObserver;
  readonly #spins: boolean;
  #utilizationStart = performance.eventLoopUtilization();
  #cpuStart = threadCpuSeconds();

  /** `spins`: the pacer keeps the loop busy on purpose, so that utilization says nothing. */
  constructor(cells: Float64Array, spins: boolean) {
    this.#cells = cells;
    this.#spins = spins;
    this.#garbage = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#noteGarbage(entry.duration);
    });
    this.#garbage.observe({ entryTypes: ["gc"] });
    this.#whole.enable();
    this.#second.enable();
  }

  /** Forgets what came before: connecting and compiling are not load. */
  restart(): void {
    this.#whole.reset();
    this.#second.reset();
    this.#utilizationStart = performance.eventLoopUtilization();
    this.#cpuStart = threadCpuSeconds();
    this.#cells[healthCell.gcPauseTotalMs] = 0;
    this.#cells[healthCell.gcPauseMaxMs] = 0;
  }

  /** Call once a second, and once when the load ends. */
  publish(): void {
    const cells = this.#cells;
    if (this.#whole.count > 0) {
      cells[healthCell.lagP50Us] = lagUs(this.#whole.percentile(50));
      cells[healthCell.lagP99Us] = lagUs(this.#whole.percentile(99));
      cells[healthCell.lagMaxUs] = lagUs(this.#whole.max);
    }
    cells[healthCell.lagLastSecondUs] = this.#second.count > 0 ? lagUs(this.#second.max) : 0;
    this.#second.reset();
    if (!this.#spins) {
      cells[healthCell.utilization] = performance.eventLoopUtilization(this.#utilizationStart).utilization;
    }
    const cpu = threadCpuSeconds();
    if (cpu !== null && this.#cpuStart !== null) cells[healthCell.cpuSeconds] = cpu - this.#cpuStart;
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

/** CPU of this thread alone; null on a Node that cannot tell (before 22.19 and 23.9). */
function threadCpuSeconds(): number | null {
  const perThread = (process as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage;
  if (perThread === undefined) return null;
  const usage = perThread.call(process);
  return (usage.user + usage.system) / 1e6;
}
