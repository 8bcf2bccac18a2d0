import { readFileSync } from "node:fs";
import { constants, PerformanceObserver, type PerformanceEntry } from "node:perf_hooks";

/** Resident memory of this process with all its threads, bytes. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** Whether an entry of type `gc` tells of a collection of all garbage, and not of what was made lately. */
export function isFullCollection(entry: PerformanceEntry): boolean {
  const { detail } = entry as PerformanceEntry & { readonly detail?: { readonly kind?: number } };
  return detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

let seenCollections: number | null = null;

/** How often all garbage of this thread was collected since this was first asked. */
export function fullCollections(): number {
  if (seenCollections === null) {
    seenCollections = 0;
    new PerformanceObserver((list) => {
      seenCollections! += list.getEntries().filter(isFullCollection).length;
    }).observe({ entryTypes: ["gc"] });
  }
  return seenCollections;
}

/** User and system CPU of this process with all its threads, seconds since its start. */
export function processCpuSeconds(): number {
  const usage = process.cpuUsage();
  return (usage.user + usage.system) / 1e6;
}

/**
 * Milliseconds since its start in which the calling thread could run and waited for a core that others used; null where
 * the system does not tell (elsewhere than on Linux, and on kernels without these books).
 */
export function threadWaitMs(): number | null {
  const waitedNs = textOf("/proc/thread-self/schedstat").split(" ")[1];
  return waitedNs === undefined ? null : Number(waitedNs) / 1e6;
}

/** Counters of the machine that tell whether this process was kept from running. */
export interface MachineCounters {
  /** Microseconds this container was throttled; null without a CPU quota that can be read. */
  readonly throttledUs: number | null;
  /** Ticks taken by other guests, and all ticks; null where /proc/stat cannot be read. */
  readonly stealTicks: number | null;
  readonly totalTicks: number | null;
}

/** Reads the counters now; differences of two readings mean something. */
export function readMachineCounters(): MachineCounters {
  const throttled = /^throttled_usec (\d+)/m.exec(textOf("/sys/fs/cgroup/cpu.stat"))?.[1];
  const ticks = /^cpu +(.*)$/m.exec(textOf("/proc/stat"))?.[1]?.split(" ").map(Number);
  return {
    throttledUs: throttled === undefined ? null : Number(throttled),
    stealTicks: ticks?.[7] ?? null,
    // guest time is contained in user time already
    totalTicks: ticks === undefined ? null : ticks.slice(0, 8).reduce((sum, value) => sum + value, 0),
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
