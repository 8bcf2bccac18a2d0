import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Yaml from "yaml";
import { usageError, type FloodgateError } from "../errors/floodgate-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import { profileProblems, type ProfileProblem } from "./check-profile.ts";
import type { ProfileTexts } from "./profile-schema.ts";

/** A profile as read and checked. */
export interface LoadedProfile {
  /** `ci`, or the file's name without its ending. */
  readonly name: string;
  /** For people: `profiles/ci.yaml`, or the path as given. */
  readonly file: string;
  /** What paths in the profile are relative to. */
  readonly directory: string;
  readonly texts: ProfileTexts;
  /** `profiles/ci.yaml:12`, the place of a setting; of the nearest block around it when it has none of its own. */
  place(path: readonly (string | number)[]): string;
}

const require = createRequire(import.meta.url);
/** Loaded at the first profile: it takes 20 ms. */
const yaml = (): typeof Yaml => require("yaml") as typeof Yaml;

/** Two directories up in the checkout and in the installed package alike. */
const builtInDirectory = fileURLToPath(new URL("../../profiles/", import.meta.url));
/** Far above any profile, and far below what would keep the parser busy for seconds. */
const largestBytes = 128 * 1024;
const mostProblems = 50;
/** `localhost:8080/path`: a target without its scheme. */
const serverLike = /^[\w.-]+:\d+(\/|$)/;

/** Names of the built-in profiles, in alphabetical order. */
export function builtInProfiles(): readonly string[] {
  return readdirSync(builtInDirectory)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .sort();
}

/** Whether the word means a file: it ends in .yaml or .yml, or has a slash. */
export function isProfilePath(word: string): boolean {
  return /\.ya?ml$/i.test(word) || word.includes("/");
}

/** Reads a built-in profile by name, or any by path. Throws a usage error that lists every problem with its line. */
export function readProfile(word: string, workingDirectory: string): LoadedProfile {
  if (isProfilePath(word)) return loadProfile(resolve(workingDirectory, word), word);
  const names = builtInProfiles();
  if (!names.includes(word)) throw unknownProfile(word, names);
  return loadProfile(resolve(builtInDirectory, `${word}.yaml`), `profiles/${word}.yaml`);
}

function loadProfile(path: string, shownPath: string): LoadedProfile {
  const lines = new (yaml().LineCounter)();
  const document = parseYaml(readText(path, shownPath), shownPath, lines);
  const place = (at: readonly (string | number)[], atKey = false) =>
    `${shownPath}:${lineOf(document, lines, at, atKey)}`;
  const texts: unknown = toPlain(document, shownPath);
  if (texts === null || texts === undefined)
    throw usageError(`profile ${shownPath} is empty`, "write at least a rate and a duration, or leave the profile out");
  const problems = profileProblems(texts);
  if (problems.length > 0) throw problemsError(shownPath, problems, place);
  const name = shownPath.replace(/^.*\//, "").replace(/\.ya?ml$/i, "");
  return { name, file: shownPath, directory: dirname(path), texts: texts, place };
}

function readText(path: string, shownPath: string): string {
  try {
    const size = statSync(path).size;
    if (size > largestBytes)
      throw usageError(`${shownPath} has ${size} bytes, more than any profile`, "a profile has at most 128 KiB");
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw fileError(shownPath, cause);
  }
}

function fileError(shownPath: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOENT") {
    const isServer = serverLike.test(shownPath);
    const hint = isServer ? `for a server, write ws://${shownPath}` : "floodgate profiles lists the built-in ones";
    return usageError(`there is no profile "${shownPath}"`, hint, cause);
  }
  if (code === "EISDIR") return usageError(`"${shownPath}" is a directory`, "name a file that ends in .yaml", cause);
  return code === undefined
    ? cause
    : usageError(`cannot read "${shownPath}": ${code}`, "see whether it is there and may be read", cause);
}

function parseYaml(text: string, shownPath: string, lineCounter: Yaml.LineCounter): Yaml.Document {
  let document: Yaml.Document;
  try {
    document = yaml().parseDocument(text, { lineCounter, prettyErrors: false });
  } catch (cause) {
    throw usageError(
      `${shownPath} cannot be read as YAML: it is nested too deeply`,
      "see docs/configuration.md for the shape of a profile",
      cause,
    );
  }
  if (document.errors.length === 0) return document;
  const listed = document.errors.slice(0, mostProblems).map((fault) => {
    const reason = fault.message.split("\n")[0]!;
    const isDeep = reason.startsWith("Maximum call stack");
    return `${shownPath}:${lineCounter.linePos(fault.pos[0]).line}: not YAML: ${isDeep ? "nested too deeply" : reason}`;
  });
  // What follows the first few is mostly their echo.
  const few = [...new Set(listed)].slice(0, 5);
  throw usageError(few.join("\n       "), "indent with spaces, and put texts with : or # in quotes");
}

function toPlain(document: Yaml.Document, shownPath: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw usageError(
      `${shownPath} cannot be read as YAML: ${(cause as Error).message}`,
      "write repeated parts out",
      cause,
    );
  }
}

/** All problems in the order of their lines, each with its mend. */
function problemsError(
  shownPath: string,
  problems: readonly ProfileProblem[],
  place: (path: readonly (string | number)[], atKey: boolean) => string,
): FloodgateError {
  const lines = problems
    .map((problem) => ({ at: place(problem.path, problem.atKey), problem }))
    .sort((a, b) => Number(a.at.slice(shownPath.length + 1)) - Number(b.at.slice(shownPath.length + 1)))
    .map(({ at, problem }) => `${at}: ${problem.message}; ${problem.hint}`);
  const more = lines.length > mostProblems ? [`and ${lines.length - mostProblems} more`] : [];
  const listed = [...lines.slice(0, mostProblems), ...more].join("\n       ");
  return usageError(listed, "docs/configuration.md lists every key with its unit and default");
}

/** The line of a key or of what it holds, from 1. Through aliases the nearest block around it is taken. */
function lineOf(
  document: Yaml.Document,
  lines: Yaml.LineCounter,
  path: readonly (string | number)[],
  atKey: boolean,
): number {
  const { isMap, isNode } = yaml();
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const parent: unknown = length === 1 ? document.contents : document.getIn(part.slice(0, -1), true);
    const start = isMap(parent) ? keyStart(parent.items, part.at(-1)!) : undefined;
    if (start !== undefined && (atKey || length === path.length)) return lines.linePos(start).line;
    const node: unknown = document.getIn(part, true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function keyStart(items: readonly unknown[], key: string | number): number | undefined {
  const { isPair, isScalar } = yaml();
  const pair = items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key));
  return isPair(pair) && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
}

function unknownProfile(word: string, names: readonly string[]): FloodgateError {
  if (serverLike.test(word)) return usageError(`there is no profile "${word}"`, `for a server, write ws://${word}`);
  const nearest = nearestName(word, names);
  const all = `built in: ${names.join(" ")}`;
  return usageError(`there is no profile "${word}"`, nearest === undefined ? all : `did you mean ${nearest}? ${all}`);
}
