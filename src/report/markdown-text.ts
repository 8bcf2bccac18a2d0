// Text of others (titles, targets, errors) in Markdown as GitHub and GitLab read it.

const entities: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;" };
/** Nothing that is seen; it keeps a name from being called, a number from being linked. */
const breaker = "&#8203;";

/**
 * The text as it is read, on one line: no Markdown and no HTML in it takes effect, nobody is mentioned, no issue and no
 * address is linked. Pure ASCII; other characters as references, those that cannot be shown as `?`.
 */
export function markdownText(text: string): string {
  const escaped = text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/:\/\/|www\.|[^ A-Za-z0-9.,;:=/%'"()?+-]/giu, harmless);
  // What would begin a list or underline a heading at the start of a line.
  return escaped.replace(/^([-+=])|^(\d+)([.)])(?= |$)/, "$2\\$1$3");
}

function harmless(found: string): string {
  if (found === "://") return `:${breaker}//`;
  if (found.length === 4) return `${found.slice(0, 3)}${breaker}.`;
  if (found === "@" || found === "#") return `${found}${breaker}`;
  const entity = entities[found];
  if (entity !== undefined) return entity;
  if (/^[!-~]$/.test(found)) return `\\${found}`;
  return /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(found) ? `&#x${found.codePointAt(0)!.toString(16)};` : "?";
}

/** The text as code, in a table too; `-` when it is empty. */
export function markdownCode(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line === "") return "-";
  return /^[ -~]+$/.test(line) && !/[`|]/.test(line) ? `\`${line}\`` : `<code>${markdownText(line)}</code>`;
}

/** A column of a table. */
export interface MarkdownColumn {
  readonly title: string;
  /** @default "right" */
  readonly align?: "left";
}

/** A table with an empty line around it. The cells must be Markdown already. */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    "",
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === "left" ? ":---" : "---:"))),
    ...rows.map(line),
    "",
  ];
}

/**
 * The text, ended after a whole line and with a note when it has more than `limitBytes`; the note counts too. Empty when
 * not even the note fits.
 */
export function cutMarkdown(text: string, limitBytes: number): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= limitBytes) return text;
  const note = "\n**Cut off here: there is no room for the rest.**\n";
  let room = limitBytes - note.length;
  if (room < 0) return "";
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    room -= encoder.encode(line).length + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return `${kept.join("\n")}\n${note}`;
}
