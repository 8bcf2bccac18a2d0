import { describe, expect, it } from "vitest";
import { renderComparisonMarkdown } from "../../../src/report/comparison-markdown.ts";
import { comparisonCases } from "../../support/comparison-cases.ts";
import { expectGolden } from "../../support/golden-file.ts";

describe("renderComparisonMarkdown", () => {
  it.each(Object.entries(comparisonCases))("shows %s as approved", (name, comparison) => {
    expectGolden(`comparison-${name}.md`, renderComparisonMarkdown(comparison));
  });

  it.each(Object.entries(comparisonCases))("is ASCII, with tables of even rows: %s", (_, comparison) => {
    const markdown = renderComparisonMarkdown(comparison);
    expect(markdown).toMatch(/^[ -~\n]*$/);
    for (const table of markdown.split(/\n\n+/).filter((part) => part.startsWith("|"))) {
      expect(
        new Set(
          table
            .trim()
            .split("\n")
            .map((row) => row.split("|").length),
        ).size,
        table,
      ).toBe(1);
    }
  });

  it("lets no name of a file take effect", () => {
    const comparison = comparisonCases["one-run"]!;
    const named = { ...comparison, base: { ...comparison.base, label: "**@all** <b>|</b>" } };
    const markdown = renderComparisonMarkdown(named);
    expect(markdown).not.toMatch(/@all|<b>|\*\*@/);
  });
});
