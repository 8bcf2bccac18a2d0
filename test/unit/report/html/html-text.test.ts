import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeHtml, Html, jsonForScript, markup } from "../../../../src/report/html/html-text.ts";
import { hostileText } from "../../../support/hostile-text.ts";

describe("escapeHtml", () => {
  it("leaves nothing that could begin or end an element, an attribute or a reference", () => {
    expect(escapeHtml(`<a href="x" title='y'>&amp;\``)).toBe(
      "&#x3c;a href=&#x22;x&#x22; title=&#x27;y&#x27;&#x3e;&#x26;amp;&#x60;",
    );
  });

  it("writes other letters as references, and spells out what is not to be seen", () => {
    expect(escapeHtml("\u00e9\u{1F600}")).toBe("&#xe9;&#x1f600;");
    expect(escapeHtml("a\u202eb\0\u2028\uD800")).toBe("a\\u202eb\\u0000\\u2028\\ud800");
  });

  it("gives plain ASCII without markup for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text)).toMatch(/^[\t\n -~]*$/);
        expect(escapeHtml(text)).not.toMatch(/[<>"'`]|&(?!#x[0-9a-f]+;)/);
      }),
    );
  });
});

describe("markup", () => {
  it("escapes every text and number put into it, and takes markup as it is", () => {
    const row = markup`<td title="${'"'}">${hostileText}</td>`;
    expect(row.text).not.toContain("<script>");
    expect(row.text).toContain('title="&#x22;"');
    expect(markup`<tr>${[row, null, markup`<td>${1}</td>`]}</tr>`.text).toBe(`<tr>${row.text}<td>1</td></tr>`);
    expect(markup`${Html.trusted("<b>")}`.text).toBe("<b>");
  });
});

describe("jsonForScript", () => {
  it("cannot end its element, is ASCII, and reads as what went in", () => {
    const data = { [hostileText]: [hostileText, 1, null] };
    const { text } = jsonForScript(data);
    expect(text).toMatch(/^[ -~]*$/);
    expect(text).not.toMatch(/[<>&]/);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(data)));
  });
});
