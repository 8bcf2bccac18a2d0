import type { RunStage } from "../engine/run-plan.ts";
import type { Host } from "../host/host.ts";
import { arrivalsBefore } from "../plan/arrivals.ts";
import type { PhasePlan, Plan } from "../plan/plan.ts";
import type { OutputRequest } from "../profile/run-request.ts";
import { LiveScreen } from "../report/live-screen.ts";
import { renderLiveView, renderProgressLine, type LiveFacts } from "../report/live-view.ts";
import type { RunResult } from "../result/run-result.ts";

/** Shows a run while it goes on. */
export interface Progress {
  show(result: RunResult, stage: RunStage): void;
  /** A line that stays, above what is redrawn. */
  print(text: string): void;
  end(): void;
}

/** A view that redraws itself on a terminal, one plain line a second elsewhere, null when nobody wants to see it. */
export function showProgress(output: OutputRequest, plan: Plan, host: Host): Progress | null {
  if (output.quiet || !output.progress) return null;
  if (!host.stderr.isTerminal) {
    return {
      show: (result, stage) => host.stderr.write(`${renderProgressLine(result, factsOf(plan, result, stage))}\n`),
      print: (text) => host.stderr.write(text),
      end: () => undefined,
    };
  }
  const screen = new LiveScreen(host.stderr);
  return {
    show: (result, stage) => screen.draw(renderLiveView(result, factsOf(plan, result, stage), host.stderr.columns)),
    print: (text) => screen.print(text),
    end: () => screen.clear(),
  };
}

function factsOf(plan: Plan, result: RunResult, stage: RunStage): LiveFacts {
  const phases = plan.segments.flatMap((segment) => segment.phases);
  const current = result.phases.at(-1);
  const planned = phases[result.phases.length - 1];
  const isLoading = stage === "load" && current !== undefined && planned !== undefined;
  return {
    stage,
    phases: phases.map(({ name, durationMs }) => ({ name, durationMs })),
    offeredPerSecond: isLoading ? offeredLately(planned, current.endMs - current.startMs) : null,
  };
}

/** What the schedule asked for in the last second before `tMs` of the phase; null in a closed loop. */
function offeredLately({ load, durationMs }: PhasePlan, tMs: number): number | null {
  const fromMs = Math.max(0, tMs - 1000);
  const before = arrivalsBefore(load, durationMs, fromMs);
  const now = arrivalsBefore(load, durationMs, tMs);
  return before === null || now === null || tMs <= fromMs ? null : ((now - before) * 1000) / (tMs - fromMs);
}
