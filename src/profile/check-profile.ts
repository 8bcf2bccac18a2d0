import { nearestName } from "../errors/nearest-name.ts";
import { readHeaderName, readHeaderValue } from "../plan/request-header.ts";
import { profileSchema, propertiesOf, type ProfileTexts, type SettingTexts } from "./profile-schema.ts";
import { schemaFaults, type SchemaFault, type SchemaNode } from "./schema-faults.ts";
import { settingConflicts, stageFault } from "./setting-conflicts.ts";
import { readSetting } from "./setting-kinds.ts";
import { kindKey } from "./setting-schema.ts";

/** One thing wrong with a profile. */
export interface ProfileProblem {
  /** Keys and list positions from the top of the file. */
  readonly path: readonly (string | number)[];
  /** True when the key itself is wrong, not what it holds. */
  readonly atKey: boolean;
  readonly message: string;
  readonly hint: string;
}

/** All problems of a parsed profile in the order they were found; empty when `texts` is a `ProfileTexts`. */
export function profileProblems(texts: unknown): readonly ProfileProblem[] {
  const problems = schemaProblems(texts);
  // The rest reads keys by their type; with a wrong type there, the schema has spoken already.
  if (typeof texts !== "object" || texts === null || Array.isArray(texts)) return problems;
  const deeper = deeperProblems(withoutFaulty(texts, problems));
  const spoken = new Set(problems.map((problem) => stageOf(problem.path)));
  return [
    ...problems,
    ...deeper.filter((problem) => stageOf(problem.path) === "" || !spoken.has(stageOf(problem.path))),
  ];
}

/** Enough to see what is wrong; a file of ten thousand unknown keys would otherwise be compared for seconds. */
const mostErrors = 200;

function schemaProblems(texts: unknown): ProfileProblem[] {
  return schemaFaults(profileSchema as SchemaNode, texts, mostErrors).map(problemOf);
}

/** A fault against the schema in our words. */
function problemOf(fault: SchemaFault): ProfileProblem {
  const { kind, path, node, data, key = "" } = fault;
  if (kind === "unknown-key") return unknownKey(path, key, node);
  if (kind === "missing-key") {
    return { path, atKey: false, message: `${nameOf(path)} has no ${key}`, hint: `add ${key}: and its value` };
  }
  if (data === null) {
    return {
      path,
      atKey: true,
      message: `${nameOf(path)} has no value`,
      hint: "write one after the colon, or leave the key out",
    };
  }
  const [problem, hint] = faultOf(fault);
  return { path, atKey: false, message: `${nameOf(path)} ${shown(data)} ${problem}`, hint };
}

function faultOf({ kind, node, data }: SchemaFault): readonly [problem: string, hint: string] {
  if (node.enum !== undefined) return wordFault(data, node.enum.map(String));
  const settingKind = node[kindKey];
  if (settingKind !== undefined && (typeof data === "string" || typeof data === "number")) {
    const reading = readSetting(settingKind, data);
    if (reading.kind === "problem") return [reading.problem, reading.hint];
  }
  if (kind === "too-few") return ["is empty", "list at least one, or leave the key out"];
  return typeFault(String(node.type));
}

function wordFault(data: unknown, words: readonly string[]): readonly [problem: string, hint: string] {
  const nearest = nearestName(String(data), words);
  return [
    `is not one of ${words.join(", ")}`,
    nearest === undefined ? `write ${words.join(" or ")}` : `did you mean ${nearest}?`,
  ];
}

function typeFault(type: string): readonly [problem: string, hint: string] {
  if (type === "boolean") return ["is neither true nor false", "write true or false"];
  if (type === "object,boolean")
    return ["is neither true nor false nor a block of keys", "write true, false, or keys below it"];
  if (type === "array") return ["is not a list", "write one item a line, each after a hyphen: - item"];
  if (type.includes("object"))
    return ["is not a block of keys", "write its keys below it, indented, one a line: key: value"];
  return ["is not a text", 'put it in quotes, for example "123"'];
}

function unknownKey(parent: readonly (string | number)[], key: string, node: SchemaNode): ProfileProblem {
  const keys = Object.keys(node.properties ?? {});
  const nearest = nearestName(key, keys);
  const elsewhere =
    parent.length === 0
      ? blockWith(key)
      : Object.keys(propertiesOf(profileSchema)).includes(key)
        ? "the top"
        : undefined;
  const hint =
    elsewhere !== undefined
      ? `${key} belongs ${elsewhere === "the top" ? "to the top of the file" : `below ${elsewhere}:`}`
      : nearest !== undefined
        ? `did you mean ${nearest}?`
        : parent.length === 0
          ? "leave it out, or look for the right name in docs/configuration.md"
          : `keys here: ${keys.join(" ")}`;
  return {
    path: [...parent, key],
    atKey: true,
    message: `unknown key "${key}"${parent.length === 0 ? "" : ` in ${nameOf(parent)}`}`,
    hint,
  };
}

/** The block in which a key that stands at the top is known. */
function blockWith(key: string): string | undefined {
  return ["connect", "mock"].find((block) => key in propertiesOf(propertiesOf(profileSchema)[block]!));
}

/** What no schema can say: settings that exclude each other, stages without a load, header names. */
function deeperProblems(texts: ProfileTexts): ProfileProblem[] {
  const blocks: readonly (readonly [prefix: readonly string[], block: SettingTexts])[] = [
    [[], texts],
    ...Object.entries(texts.environments ?? {}).map(([name, block]) => [["environments", name], block] as const),
  ];
  return blocks.flatMap(([prefix, block]) => {
    const mode = block.mode ?? texts.mode ?? "echo";
    return [
      ...conflictProblems(prefix, block, mode),
      ...stageProblems(prefix, block, mode),
      ...headerProblems(prefix, block),
    ];
  });
}

function conflictProblems(prefix: readonly string[], block: SettingTexts, mode: string): ProfileProblem[] {
  return settingConflicts(block, mode).map(({ first, second, reason }) => ({
    path: [...prefix, ...first.split(".")],
    atKey: true,
    message: `${first} beside ${second}: ${reason}`,
    hint: `leave out ${first} or ${second}`,
  }));
}

function stageProblems(prefix: readonly string[], block: SettingTexts, mode: string): ProfileProblem[] {
  const names = new Set<string>();
  return (block.stages ?? []).flatMap((stage, index) => {
    const path = [...prefix, "stages", index];
    const found: ProfileProblem[] = [];
    const fault = stageFault(stage, mode);
    if (fault !== null)
      found.push({ path, atKey: false, message: `stage ${stage.name ?? index + 1} ${fault[0]}`, hint: fault[1] });
    if (stage.name !== undefined && names.has(stage.name)) {
      found.push({
        path: [...path, "name"],
        atKey: false,
        message: `stage name "${stage.name}" is there twice`,
        hint: "give each stage a name of its own",
      });
    }
    if (stage.name !== undefined) names.add(stage.name);
    return found;
  });
}

function headerProblems(prefix: readonly string[], block: SettingTexts): ProfileProblem[] {
  return Object.entries(block.connect?.headers ?? {}).flatMap(([name, values]): ProfileProblem[] => {
    const path = [...prefix, "connect", "headers", name];
    const readName = readHeaderName(name);
    if (readName.kind === "problem") {
      return [{ path, atKey: true, message: `header "${name}" ${readName.problem}`, hint: readName.hint }];
    }
    return [values].flat().flatMap((value): ProfileProblem[] => {
      const reading = readHeaderValue(value);
      return reading.kind === "value"
        ? []
        : [{ path, atKey: false, message: `header ${name} ${shown(value)} ${reading.problem}`, hint: reading.hint }];
    });
  });
}

/** A copy in which whatever the schema refused is left out; a faulty list item becomes an empty one. */
function withoutFaulty(texts: object, problems: readonly ProfileProblem[]): object {
  const copy = structuredClone(texts);
  for (const { path } of problems) {
    let parent: unknown = copy;
    for (const key of path.slice(0, -1))
      parent = (parent as Readonly<Record<string | number, unknown>> | undefined)?.[key];
    const last = path.at(-1);
    if (typeof parent !== "object" || parent === null || last === undefined) continue;
    if (Array.isArray(parent)) parent[Number(last)] = path.at(-2) === "stages" ? {} : "";
    else Reflect.deleteProperty(parent, last);
  }
  return copy;
}

/** The stage a path lies in, as text; empty when in none. */
function stageOf(path: readonly (string | number)[]): string {
  const at = path.indexOf("stages");
  return at < 0 || path.length < at + 2 ? "" : path.slice(0, at + 2).join("/");
}

/** `stage 2: rate`, `connect.timeout`, `thresholds 3`; list positions are counted from 1. */
function nameOf(path: readonly (string | number)[]): string {
  if (path.length === 0) return "the profile";
  const text = path
    .map((part) => (typeof part === "number" ? ` ${part + 1}` : `.${part}`))
    .join("")
    .slice(1);
  return text.replace(/stages (\d+)\.?/, (_, index: string) => `stage ${index}: `).replace(/: $/, "");
}

function shown(data: unknown): string {
  const text = typeof data === "string" ? data : data === null ? "" : JSON.stringify(data);
  return `"${text.length > 60 ? `${text.slice(0, 57)}...` : text}"`;
}
