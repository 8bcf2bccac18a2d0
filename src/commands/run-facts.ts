import type { Host } from "../host/host.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunRequest } from "../profile/run-request.ts";
import type { ResultInput } from "../result/build-result.ts";
import { readEnvironment, readToolVersions } from "../result/read-environment.ts";

/** What is known of a result before its run, so read once: the machine, the settings. */
export type RunFacts = Omit<ResultInput, "collected">;

/** The facts of a request whose plan has been given the URL of the opened target. */
export function factsOf(request: RunRequest, plan: Plan, host: Host): RunFacts {
  return {
    plan,
    settings: request.settings,
    gate: request.gate,
    strict: request.strict,
    environment: readEnvironment(plan.environment, host),
    tool: readToolVersions(),
    targetKind: request.target.kind,
  };
}
