import { markup, type Html, type HtmlValue } from "./html-text.ts";

/** A column of a table. */
export interface HtmlColumn {
  readonly title: string;
  /** @default "right" */
  readonly align?: "left" | "right";
}

/** Columns of numbers. */
export const numberColumns = (...titles: readonly string[]): readonly HtmlColumn[] =>
  titles.map((title) => ({ title }));

/** A column of words. */
export const textColumn = (title: string): HtmlColumn => ({ title, align: "left" });

/** A table under its caption, the first cell of each row its heading. It scrolls by itself where the page is narrow. */
export function htmlTable(
  caption: string,
  columns: readonly HtmlColumn[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const kind = ({ align }: HtmlColumn) => (align === "left" ? "text" : "number");
  const head = columns.map((column) => markup`<th scope="col" class="${kind(column)}">${column.title}</th>`);
  const body = rows.map((cells) => {
    const [first, ...others] = columns.map((column, index) => ({ kind: kind(column), cell: cells[index] ?? null }));
    return markup`<tr><th scope="row" class="${first!.kind}">${first!.cell}</th>${others.map(
      (other) => markup`<td class="${other.kind}">${other.cell}</td>`,
    )}</tr>
`;
  });
  return markup`<div class="table" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
`;
}

/** Names and what belongs to them, one below the other. */
export function definitions(pairs: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  return markup`<dl class="definitions">${pairs.map(definition)}</dl>
`;
}

/** Figures under their names, beside each other as far as there is room. */
export function figureList(caption: string, pairs: readonly (readonly [name: string, value: string])[]): Html {
  return markup`<p class="caption">${caption}</p>
<dl class="figures">${pairs.map(definition)}</dl>
`;
}

function definition([name, value]: readonly [name: string, value: HtmlValue]): Html {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** Short figures beside each other. */
export function tiles(figures: readonly (readonly [name: string, value: string, note?: string])[]): Html {
  return markup`<ul class="tiles">${figures.map(
    ([name, value, note]) =>
      markup`<li><span class="name">${name}</span> <strong>${value}</strong>${
        note === undefined ? null : markup` <span class="note">${note}</span>`
      }</li>`,
  )}</ul>
`;
}

/** One paragraph for each. */
export function notes(lines: readonly string[]): Html {
  return markup`${lines.map((line) => markup`<p class="note">${line}</p>`)}`;
}

/** `[PASS]` and its like, coloured by its word. */
export function markerTag(marker: string): Html {
  return markup`<span class="marker ${marker.slice(1, -1).toLowerCase()}">${marker}</span>`;
}

/** The name of a metric, or a threshold: may break into lines before a name or an operator, and nowhere else. */
export function codeTag(expression: string): Html {
  const parts = expression.split(/(?=[.][a-z])|(?=[{])|(?<![<>=!])(?=[<>=!])/);
  return markup`<code>${parts.map((part, index) => (index === 0 ? part : markup`<wbr>${part}`))}</code>`;
}

/** What can be opened. */
export function details(summary: string, body: HtmlValue, options: { readonly isPrinted: boolean }): Html {
  return markup`<details class="${options.isPrinted ? "printed" : "screen-only"}"><summary>${summary}</summary>
${body}</details>
`;
}
