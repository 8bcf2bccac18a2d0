import { describe, expect, it } from "vitest";
import { renderProbeReport } from "../../../src/report/probe-report.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { probeCases, sampleFinding, sampleProbes } from "../../support/sample-probes.ts";

describe("the report of probes", () => {
  it.each(Object.entries(probeCases))(
    "of %s tells each answer, why it is not right, and who else was harmed",
    (name, record) => {
      expectGolden(`probes-${name}.txt`, renderProbeReport(record, { columns: 100, colour: false }));
    },
  );

  it("keeps to the width of a narrow terminal", () => {
    const text = renderProbeReport(probeCases.mixed!, { columns: 80, colour: false });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("says what could not be seen of sessions that are not answered", () => {
    expect(renderProbeReport(probeCases.unanswered!, { columns: 100, colour: false })).toContain(
      "nothing else can be seen",
    );
  });

  it("prints nothing but ASCII, whatever a target has said", () => {
    const loud = sampleProbes([
      sampleFinding("empty-message", { answer: { kind: "messages", count: 2, first: "h\u00e9\u0007" } }),
    ]);
    expect(renderProbeReport(loud, { columns: 100, colour: false })).toMatch(/^[ -~\n]*$/);
  });
});
