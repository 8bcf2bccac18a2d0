import { describe, expect, it } from "vitest";
import { renderHtmlProbes } from "../../../../src/report/html/html-probes.ts";
import { hostileText } from "../../../support/hostile-text.ts";
import { sampleAssets } from "../../../support/page-parts.ts";
import { probeCases, sampleFinding, sampleProbes } from "../../../support/sample-probes.ts";

const textOf = (page: string) =>
  page
    .replace(/<wbr>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("renderHtmlProbes", () => {
  it.each(Object.entries(probeCases))("shows %s in ASCII without a stray value or an address", (_, record) => {
    const page = renderHtmlProbes(record, sampleAssets);
    expect(page).toMatch(/^[\n -~]*$/);
    expect(page.replace(/<script[^>]*>.*?<\/script>/gs, "")).not.toMatch(/NaN|undefined|Infinity|null|\[object/);
    expect(page).not.toMatch(/\b(src|href)="(?!#|data:)/);
    for (const { name } of record.probes) expect(textOf(page)).toContain(` ${name} `);
    expect(textOf(page)).toContain(`(exit code ${record.verdict.exitCode})`);
  });

  it("shows what was wanted of an answer that is not right, and who was harmed", () => {
    const text = textOf(renderHtmlProbes(probeCases.mixed!, sampleAssets));
    expect(text).toContain("wanted close 1002; it was taken in, and the connection stays open");
    expect(text).toContain("[FAIL] other sessions harmed: 2 sessions ended");
    expect(text).toMatch(/during sent answered lost ended .* before all probes 10 10 0 0 500 us 2\.000 ms/);
  });

  it("has no table of other sessions where they are not answered", () => {
    const page = renderHtmlProbes(probeCases.unanswered!, sampleAssets);
    expect(textOf(page)).toContain("nothing else can be seen");
    expect(page).not.toContain("before all probes");
  });

  it("lets nothing that a target says take effect", () => {
    const said = sampleProbes([
      sampleFinding("unmasked", { answer: { kind: "close", code: 4000, reason: hostileText } }),
    ]);
    const page = renderHtmlProbes(said, sampleAssets);
    expect(page).toMatch(/^[\n -~]*$/);
    expect(page.match(/<script/g)).toHaveLength(1);
  });
});
