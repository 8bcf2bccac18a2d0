import type { ProbeWords } from "../commands/command-words.ts";
import { usageError } from "../errors/floodgate-error.ts";
import type { ReportRequest, RunRequest } from "../profile/run-request.ts";
import { longName, probeReportFlags, runFlags, type FlagSpec } from "./flag-table.ts";
import { flagValue, type Options } from "./flags.ts";

const probing = "Probing:";
/** What probing makes, unless something else is asked for. */
const usual = {
  neighbours: "4",
  patience: "2s",
  oversize: "32MiB",
  "flood-messages": "2000",
  "flood-connections": "50",
} as const;

const ownFlags: readonly FlagSpec[] = [
  ["only <name>", "repeatable: only this probe, or this group of probes", true],
  ["skip <name>", "repeatable: not this probe, or this group of probes", true],
  ["neighbours <n>", `ordinary sessions that run all the while (default: ${usual.neighbours})`],
  ["patience <time>", `how long an answer is waited for (default: ${usual.patience})`],
  ["message-limit <bytes>", "the largest message that the target takes: it is sent, and one that is a byte larger"],
  ["oversize <bytes>", `sent of a message that is far too large (default: ${usual.oversize})`],
  ["flood-messages <n>", `messages at once on one connection (default: ${usual["flood-messages"]})`],
  ["flood-connections <n>", `connections at once (default: ${usual["flood-connections"]})`],
  ["bad-message <text>", "repeatable: a message that the target must not take", true],
  ["refusal <text|/regex/>", "how the target says that it does not take a message (default: any answer)"],
].map(([flags, about, isList]) => ({
  ...{ flags: `--${String(flags)}`, setting: null, group: probing, about: String(about) },
  ...(isList === true && { isList }),
}));

/** Flags of `run` that say who the target is, how to connect and what it wants to see. */
const takenOver = [
  ...["--target", "--spawn", "--message", "--message-file", "--first-message", "--ready", "--text", "--binary"],
  ...["--connect-timeout", "--header", "--bearer", "--subprotocol", "--insecure", "--ca", "--cert", "--key", "--env"],
];

/** The flags of `floodgate probe`. */
export const probeFlags: readonly FlagSpec[] = [
  ...ownFlags,
  ...runFlags.filter((spec) => takenOver.includes(longName(spec)) || longName(spec).startsWith("--mock-")),
  {
    flags: "--strict",
    setting: null,
    group: "Output:",
    about: "what is tolerated, and a slow answer to another session, end with 99 too",
  },
  { flags: "-o, --output <file>", setting: null, group: "Output:", about: "what was found, as JSON, in a file" },
  { flags: "-j, --json", setting: null, group: "Output:", about: "the same on stdout, in place of the summary" },
  ...probeReportFlags,
  { flags: "-q, --quiet", setting: null, group: "Output:", about: "nothing but why it did not pass" },
];

/** The probing itself, with its target and its reports. Throws usage errors that name the flag. */
export function readProbeWords(options: Options, run: RunRequest, reports: readonly ReportRequest[]): ProbeWords {
  const given = (name: string) => options[name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
  const text = (name: keyof typeof usual) => (given(name) ?? usual[name]) as string;
  const limit = given("message-limit") as string | undefined;
  const refusal = given("refusal") as string | undefined;
  if (refusal !== undefined) flagValue("ready", "--refusal", refusal);
  const badMessages = (given("bad-message") ?? []) as readonly string[];
  if (refusal !== undefined && badMessages.length === 0) {
    throw usageError("--refusal says how a bad message is answered, but there is none", "add --bad-message '<text>'");
  }
  const messageLimitBytes = limit === undefined ? null : flagValue("size", "--message-limit", limit);
  if (messageLimitBytes !== null && messageLimitBytes > mostSentBytes) {
    throw usageError(`--message-limit ${String(limit)} is more than probing sends`, "the most is 64MiB; leave it out");
  }
  return {
    run,
    only: (options.only ?? []) as readonly string[],
    skip: (options.skip ?? []) as readonly string[],
    neighbours: flagValue("connections", "--neighbours", text("neighbours")),
    patienceMs: flagValue("time", "--patience", text("patience")),
    scope: {
      badMessages,
      refusalSign: refusal ?? null,
      messageLimitBytes,
      oversizeBytes: flagValue("size", "--oversize", text("oversize")),
      floodMessages: flagValue("count", "--flood-messages", text("flood-messages")),
      floodConnections: flagValue("connections", "--flood-connections", text("flood-connections")),
    },
    strict: options.strict === true,
    file: (options.output ?? null) as string | null,
    reports,
    json: options.json === true,
    quiet: options.quiet === true,
  };
}

const mostSentBytes = 64 * 1024 * 1024;
