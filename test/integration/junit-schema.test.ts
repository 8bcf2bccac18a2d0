import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { renderJunit } from "../../src/report/junit-report.ts";
import { reportCases } from "../support/report-cases.ts";
import { sampleCheck, sampleResult } from "../support/sample-result.ts";

const schema = fileURLToPath(new URL("../fixtures/junit.xsd", import.meta.url));

/** What xmllint (libxml2) says of a text: whether it is XML, and valid. */
function validate(xml: string): { readonly code: number | null; readonly told: string } {
  const { status, stderr, error } = spawnSync("xmllint", ["--nonet", "--noout", "--schema", schema, "-"], {
    input: xml,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  return { code: status, told: stderr };
}

describe("JUnit reports", () => {
  it.each(Object.entries(reportCases))("of the run %s are valid", (_, result) => {
    expect(validate(renderJunit(result))).toEqual({ code: 0, told: "- validates\n" });
  });

  it("are valid whatever names and texts a result holds", () => {
    const points = [...Array(256).keys(), 0xd800, 0xdc00, 0xfffe, 0xffff, 0x1f600, 0x1ffff];
    const everything = points.map((point) => String.fromCodePoint(point)).join("");
    const { config, target } = sampleResult();
    const result = sampleResult({
      ...{ title: everything, tags: { [everything]: everything } },
      config: { ...config, profile: everything },
      target: { ...target, description: everything },
      thresholds: [
        sampleCheck({ expression: everything, outcome: "fail", detail: everything, source: everything }),
        sampleCheck({ expression: everything, outcome: "pass" }),
      ],
      verdict: { outcome: "failed", exitCode: 97, reasons: [everything] },
    });
    expect(validate(renderJunit(result))).toEqual({ code: 0, told: "- validates\n" });
  });

  it("would be found invalid: a count that is none, two cases of a name", () => {
    const good = renderJunit(reportCases["failed-thresholds"]!);
    expect(validate(good.replace('errors="0"', 'errors="none"')).code).not.toBe(0);
    expect(validate(good.replace("latency.p99&lt;3ms", "run").replace(/<failure/, "<failed")).code).not.toBe(0);
    const twice = good.replace('<testcase name="run" ', '<testcase name="latency.p99&lt;3ms" ');
    expect(validate(twice).told).toContain("Duplicate key-sequence");
  });
});
