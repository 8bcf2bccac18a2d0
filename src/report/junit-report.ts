import type { ResultThreshold, RunResult } from "../result/run-result.ts";
import { formatCheck } from "../verdict/format-check.ts";
import { findingsOf } from "../verdict/with-comparison.ts";
import { renderTerminalReport } from "./terminal-report.ts";
import { markerOf, titleOf } from "./verdict-sections.ts";
import { xmlAttributes, xmlText } from "./xml-text.ts";

/** What became of a test case. JUnit knows no warning: what is neither good nor bad is skipped. */
interface CaseOutcome {
  readonly kind: "passed" | "failure" | "error" | "skipped";
  /** In a word: `fail`, `no-data` ... */
  readonly type: string;
  readonly message: string;
}

interface TestCase {
  readonly name: string;
  readonly outcome: CaseOutcome;
  /** Null for what takes no time of its own. */
  readonly seconds: string | null;
}

const comparisonName = "comparison with the base";
const passed: CaseOutcome = { kind: "passed", type: "", message: "" };

/**
 * A run as JUnit XML: one suite with a case for the run itself, one for each threshold, and one for the comparison the run
 * was made for.
 *
 * A threshold that failed, or had no data, is a failure; one that could not be judged because of the generator is an
 * error; one on too few samples is skipped, but a failure with --strict; an advisory one that does not hold is skipped.
 * So is a comparison that decides nothing: one that was inconclusive, or only asked for as a warning. The case `run` is an error when the run failed, was interrupted or is inconclusive, a failure when what it ended with
 * is told by no threshold, and skipped when none was asked for: only what held what was asked is green throughout.
 */
export function renderJunit(result: RunResult): string {
  const gates = [...gateCases(result), ...comparisonCases(result)];
  const cases = [runCase(result, gates), ...gates];
  const count = (kind: CaseOutcome["kind"]) => cases.filter(({ outcome }) => outcome.kind === kind).length;
  const time = secondsOf(result);
  const counts = { tests: cases.length, failures: count("failure"), errors: count("error") };
  const suite = {
    name: titleOf(result),
    ...counts,
    skipped: count("skipped"),
    time,
    timestamp: result.startedAt.slice(0, 19),
    id: result.id,
  };
  const summary = renderTerminalReport(result, { colour: false, columns: 100, savedTo: null });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${xmlAttributes({ name: "floodgate", ...counts, time })}>
  <testsuite${xmlAttributes(suite)}>
    <properties>
${propertiesOf(result)
  .map(([name, value]) => `      <property${xmlAttributes({ name, value })}/>\n`)
  .join("")}    </properties>
${cases.map((each) => `    ${caseElement(each, classNameOf(result))}\n`).join("")}    <system-out>
${xmlText(summary)}</system-out>
  </testsuite>
</testsuites>
`;
}

function caseElement({ name, outcome, seconds }: TestCase, classname: string): string {
  const start = `<testcase${xmlAttributes({ name, classname, time: seconds ?? undefined })}`;
  const { kind, type, message } = outcome;
  if (kind === "passed") return `${start}/>`;
  return `${start}><${kind}${xmlAttributes({ type, message })}>${xmlText(message)}</${kind}></testcase>`;
}

function runCase(result: RunResult, gates: readonly TestCase[]): TestCase {
  return { name: "run", outcome: runOutcome(result, gates), seconds: secondsOf(result) };
}

function runOutcome({ verdict, end, thresholds }: RunResult, gates: readonly TestCase[]): CaseOutcome {
  const { outcome, exitCode, reasons } = verdict;
  const message = [...reasons, `exit code ${exitCode}`].join("\n");
  if (outcome === "failed" || outcome === "inconclusive" || outcome === "interrupted") {
    return { kind: "error", type: outcome, message };
  }
  if (end.kind === "aborted") return { kind: "failure", type: "aborted", message };
  const isTold = gates.some(({ outcome: gate }) => gate.kind === "failure" || gate.kind === "error");
  if (exitCode !== 0 && !isTold) return { kind: "failure", type: outcome, message };
  const isCompared = gates.some(({ name, outcome: gate }) => name === comparisonName && gate.kind !== "skipped");
  const isAsked = isCompared || thresholds.some(({ warnOnly }) => !warnOnly);
  return isAsked ? passed : { kind: "skipped", type: "no-gate", message };
}

/** A case for each threshold; the second of one name gets a number, as readers keep only one of each. */
function gateCases({ thresholds, verdict }: RunResult): readonly TestCase[] {
  const seen = new Map<string, number>();
  return thresholds.map((check) => {
    const times = (seen.get(check.expression) ?? 0) + 1;
    seen.set(check.expression, times);
    const name = times === 1 ? check.expression : `${check.expression} (${times})`;
    return { name, outcome: gateOutcome(check, verdict.reasons), seconds: null };
  });
}

/** Only what the run's verdict gives as a reason was a gate. */
function comparisonCases({ comparison, verdict }: RunResult): readonly TestCase[] {
  if (comparison === undefined) return [];
  const { outcome, reasons } = comparison.verdict;
  const findings = findingsOf(comparison);
  const isGate = findings.some((finding) => verdict.reasons.includes(finding));
  const kind = !isGate ? "skipped" : outcome === "regression" ? "failure" : "error";
  const message = `${findings.length > 0 && !isGate ? "warning only: " : ""}${reasons.join("\n")}`;
  return [
    {
      name: comparisonName,
      outcome: outcome === "pass" ? passed : { kind, type: outcome, message },
      seconds: null,
    },
  ];
}

function gateOutcome(check: ResultThreshold, reasons: readonly string[]): CaseOutcome {
  if (check.outcome === "pass") return passed;
  const type = check.outcome;
  const message = `${formatCheck(check)}${check.source === "--threshold" ? "" : `; ${check.source}`}`;
  if (check.warnOnly) return { kind: "skipped", type: "advisory", message: `warning only: ${message}` };
  if (markerOf(check, reasons) === "[FAIL]") return { kind: "failure", type, message };
  return { kind: check.outcome === "not-evaluated" ? "error" : "skipped", type, message };
}

function propertiesOf(result: RunResult): readonly (readonly [name: string, value: string])[] {
  const { title, config, target, environment, tool, verdict, generator } = result;
  return [
    ["title", title],
    ["verdict", verdict.outcome],
    ["exitCode", String(verdict.exitCode)],
    ["profile", config.profile],
    ["mode", config.mode],
    ["seed", String(config.seed)],
    ["target", target.description],
    ["targetUrl", target.url],
    ["generatorHealth", generator.health],
    ["environment", `${environment.name} (${environment.reason})`],
    ["host", `${environment.platform}, ${environment.cpuModel}, ${environment.cores} cores`],
    ["hostFingerprint", environment.hostFingerprint],
    ["node", environment.node],
    ["floodgate", tool.version],
    ...Object.entries(result.tags).map(([key, value]) => [`tag.${key}`, value] as const),
  ];
}

/** Readers take what stands before the last dot for a package. */
function classNameOf({ config }: RunResult): string {
  return `floodgate.${config.profile.replace(/[^A-Za-z0-9_-]+/g, "_").replace(/^_+|_+$/g, "")}`;
}

function secondsOf({ durationMs }: RunResult): string {
  return (durationMs / 1000).toFixed(3);
}
