import type { NamedResult } from "../compare/find-differences.ts";
import { reopens, type Plan } from "../plan/plan.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { classNames } from "../result/build-classes.ts";
import { applicableThresholds, type ApplicableThresholds } from "../verdict/applicable-thresholds.ts";
import { resolveBaselineBounds } from "../verdict/baseline-bounds.ts";
import { checkThresholdFit } from "../verdict/check-threshold-fit.ts";
import { checkThresholdNames } from "../verdict/check-threshold-names.ts";
import { parseThreshold } from "../verdict/threshold.ts";

/**
 * The thresholds of a request, parsed and checked against what its run has: its phases, and what its mode can measure; with
 * bounds against a baseline worked out from the one there is. Throws usage errors; nothing has been sent.
 */
export function readThresholds(request: RunRequest, baseline: readonly NamedResult[] = []): ApplicableThresholds {
  const parsed = request.thresholds.map(({ text, source }) => parseThreshold(text, source));
  checkThresholdNames(parsed, { phases: measuredPhases(request.plan), classes: classNames(request.plan) });
  checkThresholdFit(parsed, request.plan);
  const loads = request.plan.segments.flatMap(({ phases }) => phases.map(({ load }) => load));
  const measuring = {
    mode: request.plan.mode,
    knowsDelivery: request.target.kind === "mock",
    knowsOneWay: request.plan.stream?.oneWay.kind !== "unknown",
    isPromised: request.plan.stream?.promisedPerSecond != null,
    isClosedLoop: loads.every((load) => load.kind === "max"),
    isReopened: reopens(request.plan.connect),
    plan: request.plan,
  };
  const { thresholds, notes } = applicableThresholds(parsed, measuring, ({ source }) => source.startsWith("--"));
  const results = baseline.map(({ result }) => result);
  return { thresholds: resolveBaselineBounds(thresholds, results), notes };
}

function measuredPhases(plan: Plan): readonly string[] {
  return plan.segments.flatMap(({ phases }) => phases.filter((phase) => phase.measured).map((phase) => phase.name));
}
