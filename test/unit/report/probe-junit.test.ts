import { describe, expect, it } from "vitest";
import { renderProbeJunit } from "../../../src/report/probe-junit.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { probeCases, sampleFinding, sampleProbes } from "../../support/sample-probes.ts";

const caseOf = (name: string, xml: string) =>
  new RegExp(`<testcase name="${name}"[^>]*?(?:/>|>.*?</testcase>)`, "s").exec(xml)?.[0] ?? "";

describe("probes as JUnit XML", () => {
  it.each(Object.entries(probeCases))("of %s have a case for each, counted by what became of it", (name, record) => {
    const xml = renderProbeJunit(record);
    expectGolden(`probes-${name}.junit.xml`, xml);
    const counted = (tag: string) => xml.match(new RegExp(`<${tag} `, "g"))?.length ?? 0;
    const [suite] = /<testsuite [^>]*>/.exec(xml)!;
    expect(suite).toContain(`tests="${record.probes.length + 1}"`);
    for (const tag of ["failure", "error"]) expect(suite).toContain(`${tag}s="${counted(tag)}"`);
    expect(suite).toContain(`skipped="${counted("skipped")}"`);
    const isRed = counted("failure") + counted("error") > 0;
    expect(isRed).toBe(record.verdict.exitCode !== 0);
  });

  it("fail what is wrong and what harms others, and skip what is tolerated unless it is to be strict", () => {
    const [lenient, strict] = [renderProbeJunit(probeCases.mixed!), renderProbeJunit(probeCases.strict!)];
    for (const xml of [lenient, strict]) {
      expect(caseOf("unmasked", xml)).toContain('<failure type="wrong"');
      expect(caseOf("invalid-utf8", xml)).toContain('<failure type="harmed"');
      expect(caseOf("no-credentials", xml)).toContain('<skipped type="not-tested"');
      expect(caseOf("oversize", xml)).toMatch(/\/>$/);
    }
    expect(caseOf("long-ping", lenient)).toContain('<skipped type="tolerated"');
    expect(caseOf("long-ping", strict)).toContain('<failure type="tolerated"');
    expect(caseOf("message-flood", lenient)).toContain('<skipped type="slowed"');
    expect(caseOf("message-flood", strict)).toContain('<failure type="slowed"');
  });

  it("is well-formed whatever a target says", () => {
    const said = sampleProbes([
      sampleFinding("unmasked", {
        ...{ outcome: "wrong", note: 'a "reason" <b> & ]]> \u0000' },
        answer: { kind: "close", code: 4000, reason: "\u0007</testcase>" },
      }),
    ]);
    const xml = renderProbeJunit(said);
    expect(xml).toMatch(/^[ -~\n]*$/);
    expect(xml.match(/<testcase /g)).toHaveLength(2);
    expect(xml.match(/<\/testcase>/g)).toHaveLength(1);
  });
});
