import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { ResultFailure, ResultThreshold, ResultVerdict, RunResult } from "../result/run-result.ts";
import { warningCodes } from "../result/warnings.ts";
import { formatCount } from "../units/count.ts";
import { explainFailure } from "./explain-failure.ts";
import { formatCheck } from "./format-check.ts";

/** What became of a run; saved in the result as it is. */
export interface Verdict extends ResultVerdict {
  readonly exitCode: ExitCode;
}

/** What the verdict looks at beside the checked thresholds. A whole result will do. */
export type VerdictFacts = Pick<RunResult, "end" | "config" | "totals" | "generator" | "failures" | "warnings">;

/**
 * One outcome from all that happened. Of several the first of: interrupted (130, 143), the run failed (97), inconclusive
 * because a gate could not be judged (96), a gate failed or the run was aborted by one (99), all held (0).
 * `strict` makes unresolved thresholds failures; advisory ones stay advisory.
 */
export function decideVerdict(
  facts: VerdictFacts,
  checks: readonly ResultThreshold[],
  options: { readonly strict: boolean },
): Verdict {
  const gates = checks.filter((check) => !check.warnOnly);
  const unheld = gates
    .filter((check) => isUnheld(check, options.strict))
    .map((check) => `threshold failed: ${formatCheck(check)}`);
  const { end } = facts;
  if (end.kind === "interrupted") {
    const code = end.reason?.includes("SIGTERM") === true ? exitCode.terminated : exitCode.interrupted;
    return {
      outcome: "interrupted",
      exitCode: code,
      reasons: [`interrupted by ${end.reason ?? "SIGINT"}; the result is partial`, ...unheld],
    };
  }
  const failures = failedReasons(facts);
  if (failures.length > 0)
    return { outcome: "failed", exitCode: exitCode.runFailed, reasons: [...failures, ...unheld] };
  const unjudged = gates.filter((check) => check.outcome === "not-evaluated");
  if (unjudged.length > 0) {
    const own = facts.generator.health === "limited" ? facts.generator.reasons : unjudged.flatMap(detailOf);
    const because = [...new Set(own)].join("; ");
    const what = `the generator could not keep its schedule, so ${count(unjudged.length, "threshold")} could not be judged`;
    return {
      outcome: "inconclusive",
      exitCode: exitCode.inconclusive,
      reasons: [because === "" ? what : `${what}: ${because}`, ...unheld],
    };
  }
  const uncertain = options.strict ? gates.filter((check) => check.outcome === "uncertain") : [];
  if (uncertain.length > 0) {
    const what = `${count(uncertain.length, "threshold")} uncertain: no interval of the value lies on one side of the bound`;
    return {
      outcome: "inconclusive",
      exitCode: exitCode.inconclusive,
      reasons: [what, ...uncertain.map((check) => `not decided: ${formatCheck(check)}`), ...unheld],
    };
  }
  if (end.kind === "aborted") {
    return {
      outcome: "fail",
      exitCode: exitCode.thresholdFailed,
      reasons: [`aborted: ${end.reason ?? "a threshold failed"}`, ...unheld],
    };
  }
  if (unheld.length > 0) return { outcome: "fail", exitCode: exitCode.thresholdFailed, reasons: unheld };
  return { outcome: "pass", exitCode: exitCode.ok, reasons: passReasons(facts, checks, gates.length) };
}

function detailOf({ detail }: ResultThreshold): readonly string[] {
  return detail === undefined ? [] : [detail];
}

function isUnheld(check: ResultThreshold, strict: boolean): boolean {
  return check.outcome === "fail" || check.outcome === "no-data" || (strict && check.outcome === "unresolved");
}

function passReasons(facts: VerdictFacts, checks: readonly ResultThreshold[], gateCount: number): readonly string[] {
  const undecided = checks.filter((check) => !check.warnOnly && isUndecided(check));
  const missed = checks.filter((check) => check.warnOnly && isUnheld(check, true));
  return [
    gateCount === 0
      ? "no threshold was asked for"
      : undecided.length === 0
        ? `${gateCount} of ${count(gateCount, "threshold")} held`
        : undecidedReason(undecided, gateCount),
    ...undecided.map((check) => `not decided: ${formatCheck(check)}`),
    ...missed.map((check) => `warning only: ${formatCheck(check)}`),
    ...(facts.generator.health === "limited"
      ? ["the generator was limited, but nothing was asked of the numbers"]
      : []),
  ];
}

/** Neither held nor failed. */
export function isUndecided({ outcome }: ResultThreshold): boolean {
  return outcome === "unresolved" || outcome === "uncertain";
}

/** Not a word of holding: what has not been decided has not held. */
function undecidedReason(undecided: readonly ResultThreshold[], gateCount: number): string {
  const unresolved = undecided.filter(({ outcome }) => outcome === "unresolved");
  const causes = [
    ...(unresolved.some(({ samples }) => samples !== null) ? ["too few samples"] : []),
    ...(unresolved.some(({ samples }) => samples === null) ? ["too short a run"] : []),
    ...(unresolved.length < undecided.length ? ["not sure enough"] : []),
  ];
  return `nothing failed, but ${undecided.length} of ${count(gateCount, "threshold")} could not be decided (${causes.join(", or ")})`;
}

/** Why the run itself came to nothing, most telling first; empty when it did not. */
function failedReasons(facts: VerdictFacts): readonly string[] {
  const { end, generator } = facts;
  const reasons: string[] = [];
  const useless = nothingReason(facts);
  if (useless !== undefined) reasons.push(useless);
  for (const { index, reason } of generator.lostWorkers) reasons.push(`worker ${index + 1} was lost: ${reason}`);
  if (end.kind === "failed" && reasons.length === 0) reasons.push(end.reason ?? "the run could not be made");
  return reasons;
}

/** Nothing opened, sent or delivered, in words that name the cause as far as it is known. */
function nothingReason({ end, config, totals, failures, warnings }: VerdictFacts): string | undefined {
  const { connections, messages, bytes } = totals;
  if (connections.opened === 0) {
    if (connections.attempted === 0) return end.reason ?? "no connection was attempted";
    const attempts = `none of ${count(connections.attempted, "connection attempt")} succeeded`;
    return withCause(connections.attempted === 1 ? "the connection could not be opened" : attempts, failures);
  }
  if (config.mode === "connect") return undefined;
  if (config.mode === "push") return messages.delivered > 0 ? undefined : nothingPushed(failures, warnings);
  if (messages.sent === 0)
    return withCause(end.kind === "failed" && end.reason !== null ? end.reason : "no message was sent", failures);
  if (config.mode === "oneway") {
    if (bytes.accepted === 0)
      return withCause("nothing was delivered: the network took none of the messages", failures);
    if (messages.expected === 0 || messages.delivered > 0) return undefined;
    return `nothing was delivered: the target took in none of ${count(messages.sent, "message")}`;
  }
  if (messages.delivered > 0) return undefined;
  const unanswered = warnings.find((warning) => warning.code === warningCodes.nothingAnswered);
  const nothing = `nothing was delivered: none of ${count(messages.sent, "message")} came back`;
  if (unanswered === undefined) return withCause(nothing, failures);
  // Connections that were closed tell more than the silence on them.
  const isClosed = failures.some(({ phase }) => phase === "close" || phase === "protocol");
  return isClosed ? withCause(nothing, failures) : `${nothing}; ${unanswered.text}`;
}

function nothingPushed(failures: VerdictFacts["failures"], warnings: VerdictFacts["warnings"]): string {
  const nothing = "nothing was delivered: no stream brought a message with a number";
  const unanswered = warnings.find((warning) => warning.code === warningCodes.nothingAnswered);
  return failures.length > 0 || unanswered === undefined
    ? withCause(nothing, failures)
    : `${nothing}; ${unanswered.text}`;
}

/** The most frequent failure behind the fact: its own text, and what it mostly means. */
function withCause(fact: string, failures: readonly ResultFailure[]): string {
  const main = [...failures].sort((a, b) => b.count - a.count)[0];
  if (main === undefined) return fact;
  const words = explainFailure(main);
  return `${fact}: ${main.example}${words === null ? "" : `: ${words}`}`;
}

function count(amount: number, one: string): string {
  return `${formatCount(amount)} ${one}${amount === 1 ? "" : "s"}`;
}
