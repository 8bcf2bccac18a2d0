import type { PhasePlan, Plan } from "../../plan/plan.ts";
import { firstPhaseOf, loadMsOf, loadSecondsOf } from "../../plan/phase-times.ts";

/** How far a segment has come. */
interface SegmentProgress {
  readonly firstPhase: number;
  readonly firstInterval: number;
  readonly phases: readonly PhasePlan[];
  readonly connections: number;
  startMs: number | null;
  endedMs: number | null;
}

/** What has passed of a phase. */
export interface PhaseSoFar {
  readonly connections: number;
  readonly startMs: number;
  /** End of its load, or now. */
  readonly endMs: number;
  readonly isRunning: boolean;
}

/** A second of load, begun or over. */
export interface SecondSoFar {
  /** Counts through all segments. */
  readonly number: number;
  readonly segment: number;
  /** Index among all phases of the one that it is a whole second of; null where it is shared by two, or shorter. */
  readonly phase: number | null;
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** When the segments of a run began and ended, and so which of its phases and seconds there are. Monotonic clock. */
export class RunTimeline {
  readonly #plan: Plan;
  readonly #segments: SegmentProgress[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Connecting for the next segment begins. Returns the number of its first interval. */
  connecting(): number {
    const index = this.#segments.length;
    const firstInterval = this.#plan.segments
      .slice(0, index)
      .reduce((sum, segment) => sum + loadSecondsOf(segment.phases), 0);
    const { phases, connections } = this.#plan.segments[index]!;
    const firstPhase = firstPhaseOf(this.#plan, index);
    this.#segments.push({ firstPhase, firstInterval, phases, connections, startMs: null, endedMs: null });
    return firstInterval;
  }

  loadStarted(atMs: number): void {
    this.#latest!.startMs = atMs;
  }

  loadEnded(atMs: number): void {
    this.#latest!.endedMs = atMs;
  }

  /** The second that is running, or the last of the load when that is over; null before any load. */
  newestInterval(nowMs: number): number | null {
    const segment = this.#latest;
    if (segment?.startMs == null) return null;
    const index = Math.floor((nowMs - segment.startMs) / 1000);
    return index < 0 ? null : segment.firstInterval + Math.min(index, loadSecondsOf(segment.phases) - 1);
  }

  /** Those from `first` on, in time order. The load may have been cut short, or have ended a little after its planned end. */
  secondsFrom(first: number, nowMs: number): readonly SecondSoFar[] {
    return this.#segments.flatMap((progress, segment) => {
      const { startMs, endedMs, phases, firstInterval } = progress;
      if (startMs === null) return [];
      const upToMs = Math.min(endedMs ?? nowMs, startMs + loadMsOf(phases));
      const count = Math.ceil((upToMs - startMs) / 1000);
      const skipped = Math.max(0, first - firstInterval);
      return Array.from({ length: Math.max(0, count - skipped) }, (_, i) => {
        const index = skipped + i;
        const fromMs = startMs + index * 1000;
        const lengthMs = Math.min(1000, upToMs - fromMs);
        return {
          number: firstInterval + index,
          segment,
          phase: lengthMs < 1000 ? null : phaseOfSecond(progress, index),
          fromMs,
          lengthMs,
        };
      });
    });
  }

  /** Null while the phase has not begun. The first of a segment begins with connecting: then it has no length yet. */
  phaseSoFar(index: number, nowMs: number): PhaseSoFar | null {
    const segment = this.#segments.find(
      ({ firstPhase, phases }) => index >= firstPhase && index < firstPhase + phases.length,
    );
    if (segment === undefined) return null;
    const { firstPhase, phases, connections, endedMs } = segment;
    if (segment.startMs === null) {
      return index > firstPhase ? null : { connections, startMs: nowMs, endMs: nowMs, isRunning: endedMs === null };
    }
    const plan = phases[index - firstPhase]!;
    const startMs = segment.startMs + plan.startMs;
    const upToMs = endedMs ?? nowMs;
    if (index > firstPhase && startMs >= upToMs) return null;
    const plannedEndMs = startMs + plan.durationMs;
    const endMs = Math.max(startMs, Math.min(upToMs, plannedEndMs));
    return { connections, startMs, endMs, isRunning: endedMs === null && nowMs < plannedEndMs };
  }

  get #latest(): SegmentProgress | undefined {
    return this.#segments[this.#segments.length - 1];
  }
}

/** Index among all phases of the one that a second of the segment lies in as a whole; null when there is none. */
function phaseOfSecond({ phases, firstPhase }: SegmentProgress, second: number): number | null {
  const [fromMs, toMs] = [second * 1000, second * 1000 + 1000];
  const index = phases.findIndex(({ startMs, durationMs }) => startMs <= fromMs && startMs + durationMs >= toMs);
  return index < 0 ? null : firstPhase + index;
}
