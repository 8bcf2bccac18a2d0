import { describe, expect, it } from "vitest";
import { renderProbeMarkdown } from "../../../src/report/probe-markdown.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { hostileText } from "../../support/hostile-text.ts";
import { probeCases, sampleFinding, sampleProbes } from "../../support/sample-probes.ts";

describe("probes as Markdown", () => {
  it.each(Object.entries(probeCases))("of %s begin with the verdict and hold a row for each probe", (name, record) => {
    const text = renderProbeMarkdown(record);
    expectGolden(`probes-${name}.md`, text);
    for (const probe of record.probes) expect(text).toContain(`| \`${probe.name}\` |`);
  });

  it("let nothing that a target says take effect", () => {
    const said = sampleProbes([
      sampleFinding("empty-message", { answer: { kind: "messages", count: 1, first: "| **x** @all <b> #1" } }),
      sampleFinding("unmasked", { answer: { kind: "close", code: 4000, reason: hostileText } }),
    ]);
    const text = renderProbeMarkdown(said);
    expect(text).toMatch(/^[ -~\n]*$/);
    expect(text).toContain("1 message: &#124; \\*\\*x\\*\\* @&#8203;all &lt;b&gt; #&#8203;1");
    for (const line of text.split("\n").filter((each) => each.startsWith("| ")))
      expect(line.match(/\|/g)).toHaveLength(6);
  });
});
