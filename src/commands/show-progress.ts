import type { RunStage } from "../engine/run-plan.ts";
import type { Host } from "../host/host.ts";
import type { PhasePlan, Plan } from "../plan/plan.ts";
import type { OutputRequest } from "../profile/run-request.ts";
import { LiveScreen } from "../report/live-screen.ts";
import { lastWholeSecond, renderLiveView, renderProgressLine, type LiveFacts } from "../report/live-view.ts";
import { offeredIn } from "../result/offered-in-second.ts";
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

function dueIn(
  second: ResultInterval,
  { stream, segments }: Plan,
  result: RunResult,
  phases: readonly PhasePlan[],
): number | null {
  if (stream === null) return offeredIn(second, result.phases, phases);
  const { promisedPerSecond } = stream;
  return promisedPerSecond === null ? null : promisedPerSecond * segments[second.segment]!.connections;
}

function factsOf(plan: Plan, result: RunResult, stage: RunStage): LiveFacts {
  const phases = plan.segments.flatMap((segment) => segment.phases);
  const second = stage === "load" ? lastWholeSecond(result) : undefined;
  return {
    stage,
    phases: phases.map(({ name, durationMs }) => ({ name, durationMs })),
    offeredPerSecond: second === undefined ? null : dueIn(second, plan, result, phases),
  };
}
