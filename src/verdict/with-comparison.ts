import { exitCode } from "../errors/exit-code.ts";
import type { Comparison } from "../result/comparison.ts";
import type { ResultVerdict, ResultWarning, RunResult } from "../result/run-result.ts";
import { warningCodes } from "../result/warnings.ts";

/** What a comparison means for whoever asked for it. */
export interface ComparisonGate {
  /** A regression ends with 98, and runs that could not be compared with 96; otherwise both are warnings. */
  readonly failOnRegression: boolean;
}

/**
 * A result with the comparison that its run was made for. What weighs more than a regression (a run that failed, a
 * threshold) keeps its exit code, and the regression is one reason more.
 */
export function withComparison(result: RunResult, comparison: Comparison, gate: ComparisonGate): RunResult {
  const findings = findingsOf(comparison);
  if (findings.length === 0) return { ...result, comparison };
  if (gate.failOnRegression) return { ...result, comparison, verdict: judged(result.verdict, comparison, findings) };
  const warnings: readonly ResultWarning[] = findings.map((text) => ({ code: warningCodes.comparison, text }));
  return { ...result, comparison, warnings: [...result.warnings, ...warnings] };
}

/** What speaks against the runs, one sentence each; empty when nothing does. */
export function findingsOf({ verdict }: Comparison): readonly string[] {
  if (verdict.outcome === "regression") return verdict.reasons.map((reason) => `regression: ${reason}`);
  if (verdict.outcome === "not-comparable") return verdict.reasons.map((reason) => `not compared: ${reason}`);
  return [];
}

function judged(verdict: ResultVerdict, comparison: Comparison, findings: readonly string[]): ResultVerdict {
  if (verdict.exitCode !== exitCode.ok) return { ...verdict, reasons: [...verdict.reasons, ...findings] };
  return comparison.verdict.outcome === "regression"
    ? { outcome: "fail", exitCode: exitCode.regression, reasons: findings }
    : { outcome: "inconclusive", exitCode: exitCode.inconclusive, reasons: findings };
}
