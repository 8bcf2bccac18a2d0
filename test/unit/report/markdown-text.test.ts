import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutMarkdown, markdownCode, markdownTable, markdownText } from "../../../src/report/markdown-text.ts";

/** Single surrogates among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x10ffff }), fc.integer({ min: 0, max: 127 })))
  .map((points) => points.map((point) => String.fromCodePoint(point)).join(""));

describe("markdownText", () => {
  it.each([
    ["latency.p99<50ms", "latency.p99&lt;50ms"],
    ["a | b", "a &#124; b"],
    ["*bold* _it_ `code` ~~gone~~", "\\*bold\\* \\_it\\_ \\`code\\` \\~\\~gone\\~\\~"],
    ["[a](b) ![c](d)", "\\[a\\](b) \\!\\[c\\](d)"],
    ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"],
    ["back\\slash &amp;", "back\\\\slash &amp;amp;"],
    ["ask @team about #12", "ask @&#8203;team about #&#8203;12"],
    ["https://example.org", "https:&#8203;//example.org"],
    ["WWW.example.org", "WWW&#8203;.example.org"],
    ["two\r\n\tlines", "two lines"],
    ["- item", "\\- item"],
    ["12. item", "12\\. item"],
    ["0.1.0", "0.1.0"],
    ["Gr\u00f6\u00dfe \u{1f600}", "Gr&#xf6;&#xdf;e &#x1f600;"],
    ["\u001b[31mred\u202e", "?\\[31mred?"],
  ])("writes %j as it is read", (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });

  it("is one line of ASCII in which nothing takes effect, whatever the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = markdownText(text);
        expect(escaped).toMatch(/^[ -~]*$/);
        // Without what was escaped there is no character left that means anything.
        const rest = escaped.replace(/\\[!-~]|&(#x?[0-9a-f]+|lt|gt|amp);/g, "");
        expect(rest).not.toMatch(/[<>&|`*_~[\]{}!\\]/);
        expect(escaped).not.toMatch(/[@#](?!&#8203;|x?[0-9a-f]+;)/);
      }),
    );
  });
});

describe("markdownCode", () => {
  it.each([
    ["latency.p99<50ms", "`latency.p99<50ms`"],
    ["", "-"],
    ["   ", "-"],
    ["a|b", "<code>a&#124;b</code>"],
    ["a`b", "<code>a\\`b</code>"],
    ["</code><b>", "`</code><b>`"],
    ["`</code>", "<code>\\`&lt;/code&gt;</code>"],
    ["line\nbreak", "`line break`"],
    ["\u00e9", "<code>&#xe9;</code>"],
  ])("writes %j", (text, expected) => {
    expect(markdownCode(text)).toBe(expected);
  });
});

describe("markdownTable", () => {
  it("aligns numbers to the right, and words to the left where asked", () => {
    expect(markdownTable([{ title: "a", align: "left" }, { title: "b" }], [["x", "1"]])).toEqual([
      "",
      "| a | b |",
      "| :--- | ---: |",
      "| x | 1 |",
      "",
    ]);
  });
});

describe("cutMarkdown", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`).join("\n");

  it("leaves what fits as it is", () => {
    expect(cutMarkdown(lines, lines.length)).toBe(lines);
  });

  it("ends after a whole line, says so, and is never longer than asked", () => {
    for (const limit of [60, 100, 101, 102, 500, lines.length - 1]) {
      const cut = cutMarkdown(lines, limit);
      expect(cut.length).toBeLessThanOrEqual(limit);
      expect(cut).toMatch(/^(line \d+\n)*\n\*\*Cut off here: there is no room for the rest\.\*\*\n$/);
    }
    expect(cutMarkdown(lines, 500).split("\n").length).toBeGreaterThan(40);
  });

  it("counts bytes, not characters", () => {
    expect(new TextEncoder().encode(cutMarkdown("\u00e9\n".repeat(100), 150)).length).toBeLessThanOrEqual(150);
  });

  it("is empty where not even the note fits", () => {
    expect(cutMarkdown(lines, 10)).toBe("");
  });
});
