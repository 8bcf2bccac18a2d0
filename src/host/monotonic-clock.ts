// Not the global of the same name: that one is a getter behind an interceptor, which costs more than the clock.
import { performance } from "node:perf_hooks";

/**
 * `performance.now()` counts from the start of its own thread; `process.hrtime()` counts from one origin for all threads
 * and processes of a machine (CLOCK_MONOTONIC). The difference is taken once per thread, so that instants of two of them
 * may be subtracted.
 *
 * What comes between the two readings (a preemption lasts milliseconds) makes the difference smaller: of a few, the
 * largest is the nearest.
 */
const originMs = Math.max(...Array.from({ length: 5 }, readOriginMs));

function readOriginMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6 - performance.now();
}

/** What `performance.now()` of this thread is behind `monotonicMs`, milliseconds. */
export const monotonicOriginMs: number = originMs;

/** Monotonic time in milliseconds with fractions, one origin for all processes of this machine. Costs about 50 ns. */
export function monotonicMs(): number {
  return originMs + performance.now();
}
