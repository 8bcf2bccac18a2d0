import type { Collected } from "../../src/engine/collected.ts";
import type { CollectedPhase } from "../../src/engine/collected-phase.ts";
import type { PhasePlan, Plan } from "../../src/plan/plan.ts";
import { buildResult, type ResultInput } from "../../src/result/build-result.ts";
import type { ResultEnvironment, RunResult } from "../../src/result/run-result.ts";
import { aCollected, aCollectedPhase, aPlan } from "./a-collected.ts";

/** The same machine in every test. */
export const anEnvironment: ResultEnvironment = {
  name: "quick",
  reason: "--env quick",
  node: "v20.19.0",
  platform: "linux/x64",
  kernel: "6.1.0",
  cpuModel: "Example CPU",
  cores: 2,
  totalMemoryBytes: 4_294_967_296,
  hostFingerprint: "0123456789abcdef",
  ci: false,
};

/** What buildResult needs, for a sound run against the mock but for what is given. */
export function aResultInput(
  changes: Partial<Omit<ResultInput, "plan" | "collected">> & {
    readonly plan?: Partial<Plan>;
    readonly collected?: Partial<Collected>;
    /** Also become the phases of the plan. */
    readonly phases?: readonly CollectedPhase[];
  } = {},
): ResultInput {
  const phases = changes.phases ?? [aCollectedPhase()];
  const planned: readonly PhasePlan[] = phases.map((phase) => phase.plan);
  return {
    settings: { rate: "100/s" },
    environment: anEnvironment,
    tool: { name: "floodgate", version: "0.1.0", wsVersion: "8.23.0" },
    targetKind: "mock",
    ...changes,
    plan: aPlan(changes.plan, planned),
    collected: aCollected(changes.collected, phases),
  };
}

/** A result as buildResult makes it: 1000 messages in ten seconds against the mock, all delivered, but for what is given. */
export function aResult(changes: Parameters<typeof aResultInput>[0] = {}): RunResult {
  return buildResult(aResultInput(changes));
}
