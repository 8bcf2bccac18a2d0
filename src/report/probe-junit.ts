import type { ProbeFinding, ProbeRecord } from "../probe/probe-record.ts";
import { answerText, harmText, probeTitle, verdictReasons } from "./probe-figures.ts";
import { renderProbeReport } from "./probe-report.ts";
import { xmlAttributes, xmlText } from "./xml-text.ts";

interface ProbeCase {
  readonly name: string;
  readonly group: string;
  readonly kind: "passed" | "failure" | "error" | "skipped";
  /** In a word: `wrong`, `harmed`, `not-tested` ... */
  readonly type: string;
  readonly message: string;
}

/**
 * Probing as JUnit XML: one suite with a case for each probe, and one for the probing as a whole.
 *
 * A wrong answer and harm done to other sessions are failures; what is tolerated is skipped, but a failure with --strict, and
 * so is a slow answer to others. What was not tested is skipped. The case `probing` is an error when it was stopped or
 * nothing was tested.
 */
export function renderProbeJunit(record: ProbeRecord): string {
  const cases = [wholeCase(record), ...record.probes.map((finding) => caseOf(finding, record.strict))];
  const count = (kind: ProbeCase["kind"]) => cases.filter((each) => each.kind === kind).length;
  const time = (record.durationMs / 1000).toFixed(3);
  const counts = { tests: cases.length, failures: count("failure"), errors: count("error") };
  const suite = { name: probeTitle(record), ...counts, skipped: count("skipped"), time };
  const properties = {
    target: record.target,
    verdict: record.verdict.outcome,
    exitCode: record.verdict.exitCode,
    strict: String(record.strict),
    floodgate: record.toolVersion,
  };
  const property = ([name, value]: [string, string | number]) => `      <property${xmlAttributes({ name, value })}/>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${xmlAttributes({ name: "floodgate", ...counts, time })}>
  <testsuite${xmlAttributes({ ...suite, timestamp: record.startedAt.slice(0, 19) })}>
    <properties>
${Object.entries(properties).map(property).join("")}    </properties>
${cases.map((each) => `    ${caseElement(each)}\n`).join("")}    <system-out>
${xmlText(renderProbeReport(record, { columns: 100, colour: false }))}</system-out>
  </testsuite>
</testsuites>
`;
}

function wholeCase(record: ProbeRecord): ProbeCase {
  const { outcome, exitCode } = record.verdict;
  const isWhole = outcome === "pass" || outcome === "fail";
  const message = isWhole ? "" : [...verdictReasons(record), `exit code ${exitCode}`].join("\n");
  return { name: "probing", group: "all", kind: isWhole ? "passed" : "error", type: outcome, message };
}

function caseOf(finding: ProbeFinding, strict: boolean): ProbeCase {
  const { name, group, outcome, note, neighbours, answer, sent, wanted } = finding;
  const isSlowed = neighbours?.outcome === "slowed";
  const isHarmed = neighbours?.outcome === "harmed" || (strict && isSlowed);
  const isWrong = outcome === "wrong" || (strict && outcome === "tolerated");
  const told = answer === null ? "" : `${answerText(answer)}; sent ${sent}; wanted ${wanted}`;
  const message = [outcome === "right" ? "" : note, harmText(finding) ?? "", told]
    .filter((part) => part !== "")
    .join("\n");
  const ended = (kind: ProbeCase["kind"], type: string): ProbeCase => ({ name, group, kind, type, message });
  if (isWrong) return ended("failure", outcome);
  if (isHarmed) return ended("failure", isSlowed ? "slowed" : "harmed");
  if (outcome !== "right") return ended("skipped", outcome);
  return isSlowed ? ended("skipped", "slowed") : ended("passed", "");
}

function caseElement({ name, group, kind, type, message }: ProbeCase): string {
  const start = `<testcase${xmlAttributes({ name, classname: `floodgate.probe.${group}` })}`;
  if (kind === "passed") return `${start}/>`;
  return `${start}><${kind}${xmlAttributes({ type, message })}>${xmlText(message)}</${kind}></testcase>`;
}
