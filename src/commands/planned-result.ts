import { nothingCollected } from "../engine/nothing-collected.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { buildResult } from "../result/build-result.ts";
import type { RunResult } from "../result/run-result.ts";
import { factsOf } from "./run-facts.ts";

/** The result of a run that has not begun: all that is asked for and where, and not one number. */
export function plannedResult(request: RunRequest, host: Host): RunResult {
  const collected = nothingCollected(host.clock.epochMs(), request.target.kind);
  return buildResult({ ...factsOf(request, request.plan, host), collected });
}
