import type { RunStage } from "../engine/run-plan.ts";
import type { Host } from "../host/host.ts";
import { arrivalsBefore } from "../plan/arrivals.ts";
import type { PhasePlan, Plan } from "../plan/plan.ts";
import type { OutputRequest } from "../profile/run-request.ts";
import { LiveScreen } from "../report/live-screen.ts";
import { lastWholeSecond, renderLiveView, renderProgressLine, type LiveFacts } from "../report/live-view.ts";
import type { ResultInterval, RunResult } from "../result/run-result.ts";

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
  const second = stage === "load" ? lastWholeSecond(result) : undefined;
  return {
    stage,
    phases: phases.map(({ name, durationMs }) => ({ name, durationMs })),
    offeredPerSecond: second === undefined ? null : offeredIn(second, result, phases),
  };
}

/**
 * What the schedule asked for in this second, so that it can stand beside what was sent and delivered in the same; null
 * when a part of it was a closed loop. A second may begin in one phase and end in the next.
 */
function offeredIn(second: ResultInterval, result: RunResult, plans: readonly PhasePlan[]): number | null {
  let offered = 0;
  for (const [index, { startMs }] of result.phases.entries()) {
    const plan = plans[index];
    if (plan === undefined || result.phases[index]!.segment !== second.segment) continue;
    const fromMs = Math.max(0, second.tMs - startMs);
    const toMs = Math.min(plan.durationMs, second.tMs + second.lengthMs - startMs);
    if (toMs <= fromMs) continue;
    const before = arrivalsBefore(plan.load, plan.durationMs, fromMs);
    const after = arrivalsBefore(plan.load, plan.durationMs, toMs);
    if (before === null || after === null) return null;
    offered += after - before;
  }
  return second.lengthMs > 0 ? (offered * 1000) / second.lengthMs : null;
}
