import { describe, expect, it } from "vitest";
import { xmlAttributes, xmlText } from "../../../src/report/xml-text.ts";

describe("xmlText", () => {
  it.each([
    ["latency.p99<50ms & \"x\" > 'y'", "latency.p99&lt;50ms &amp; &quot;x&quot; &gt; 'y'"],
    ["]]>", "]]&gt;"],
    ["two\nlines\tand a tab", "two\nlines\tand a tab"],
    ["carriage\rreturn", "carriage&#13;return"],
    ["Gr\u00f6\u00dfe \u{1f600}", "Gr&#246;&#223;e &#128512;"],
    ["\u0000\u0007\u001b[31m\u007f\u0085", "???[31m&#127;&#133;"],
    ["\ud800 \udc00 \ufffe \uffff \u{1fffe}", "? ? ? ? ?"],
    ["\ufffd\ue000", "&#65533;&#57344;"],
  ])("writes %j", (text, expected) => {
    expect(xmlText(text)).toBe(expected);
  });
});

describe("xmlAttributes", () => {
  it("keeps lines and tabs, which a reader would take for spaces, and leaves out what has no value", () => {
    expect(xmlAttributes({ a: "x\ny\tz", b: undefined, c: 0, d: "" })).toBe(' a="x&#10;y&#9;z" c="0" d=""');
  });
});
