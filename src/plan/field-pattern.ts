import { readProblem, readValue, type Reading } from "./reading.ts";

/** Where one value stands in a message of the target. */
export type FieldPattern =
  /** Between these texts; `after` may be empty. Found by looking at bytes alone. */
  | { readonly kind: "text"; readonly before: string; readonly after: string }
  /** A member of a JSON object, through objects: `["data", "seq"]`. Found by looking at bytes alone. */
  | { readonly kind: "path"; readonly keys: readonly string[] }
  /** The group `name` of a regular expression. Costs about a microsecond a message. */
  | { readonly kind: "regex"; readonly source: string; readonly flags: string; readonly name: string };

/** What the value looks like: what stands in its group in a text pattern. */
const groupBodies = { number: "\\d+", check: "[0-9a-f]{8}", word: "\\w+", token: "[\\w-]+" } as const;
export type FieldKind = keyof typeof groupBodies;

/**
 * Reads where a value stands: a text with one named group, `"seq":(?<sequence>\d+)`; a regular expression with that group,
 * `/seq[=:](?<sequence>\d+)/`; or a JSON path, `$.data.seq`.
 */
export function readFieldPattern(text: string, name: string, kind: FieldKind = "number"): Reading<FieldPattern> {
  const group = `(?<${name}>${groupBodies[kind]})`;
  const regex = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (regex !== null) return readRegex(regex[1]!, regex[2]!, name, group);
  if (text.startsWith("$")) return readPath(text, group);
  const at = text.indexOf(group);
  if (at < 0) return readProblem(`has no ${group}`, textHint(text, name, group));
  const pattern: FieldPattern = { kind: "text", before: text.slice(0, at), after: text.slice(at + group.length) };
  if (pattern.after.includes(group)) return readProblem(`has ${group} twice`, "write it once");
  return readValue(pattern);
}

/** A text that ends as if the value followed, as `"n":` does, wants no more than the group; any other one an example. */
function textHint(text: string, name: string, group: string): string {
  if (/[^\w\s]$/.test(text)) return `the group stands where the value does: ${text}${group}`;
  return `write the text around it, for example "${name}":${group}`;
}

function readRegex(source: string, flags: string, name: string, group: string): Reading<FieldPattern> {
  if (!source.includes(`(?<${name}>`)) return readProblem(`has no group "${name}"`, `name it: ${group}`);
  if (/[gy]/.test(flags))
    return readProblem("has the flag g or y", "leave it out: each message is looked at as a whole");
  try {
    new RegExp(source, flags);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: /, "") : String(cause);
    return readProblem("is not a regular expression", reason);
  }
  return readValue(plainTexts(source, flags, group) ?? { kind: "regex", source, flags, name });
}

/** The same as texts where the expression is nothing but letters around its group: looking at bytes is ten times quicker. */
function plainTexts(source: string, flags: string, group: string): FieldPattern | null {
  const at = source.indexOf(group);
  if (at < 0 || flags !== "") return null;
  const [before, after] = [plainText(source.slice(0, at)), plainText(source.slice(at + group.length))];
  return before === null || after === null ? null : { kind: "text", before, after };
}

/** What an expression of characters that stand for themselves matches; null for any other. */
function plainText(source: string): string | null {
  if (!/^(?:[^\\^$.*+?()[\]{}|]|\\[^A-Za-z0-9])*$/su.test(source)) return null;
  return source.replace(/\\(.)/gsu, "$1");
}

function readPath(text: string, group: string): Reading<FieldPattern> {
  const keys = text.slice(1).split(".").slice(1);
  if (/^\$(?:\.[^.[\]"\\]+)+$/.test(text)) return readValue({ kind: "path", keys });
  return readProblem(
    "is not a JSON path of names",
    `write it like $.data.seq; for anything else, the text around ${group}`,
  );
}
