import type { ProbeWords } from "../commands/command-words.ts";
import type { ProbeRequest } from "../profile/probe-request.ts";
import { probeDefaults } from "../profile/probe-settings.ts";
import type { ReportRequest } from "../profile/run-request.ts";
import { longName, probeReportFlags, runFlags, type FlagSpec } from "./flag-table.ts";
import type { Options } from "./flags.ts";

const probing = "Probing:";

/** Flags of the settings of a profile's block `probe`. */
const settingFlags: readonly (readonly [flags: string, setting: string, about: string, isList?: true])[] = [
  ["only <name>", "only", "repeatable: only this probe, or this group of probes", true],
  ["skip <name>", "skip", "repeatable: not this probe, or this group of probes", true],
  ["neighbours <n>", "neighbours", `ordinary sessions that run all the while (default: ${probeDefaults.neighbours})`],
  ["patience <time>", "patience", `how long an answer is waited for (default: ${probeDefaults.patience})`],
  [
    "message-limit <bytes>",
    "messageLimit",
    "the largest message that the target takes: it is sent, and one that is a byte larger",
  ],
  ["oversize <bytes>", "oversize", `sent of a message that is far too large (default: ${probeDefaults.oversize})`],
  [
    "flood-messages <n>",
    "floodMessages",
    `messages at once on one connection (default: ${probeDefaults.floodMessages})`,
  ],
  ["flood-connections <n>", "floodConnections", `connections at once (default: ${probeDefaults.floodConnections})`],
  ["bad-message <text>", "badMessages", "repeatable: a message that the target must not take", true],
  [
    "refusal <text|/regex/>",
    "refusal",
    "how the target says that it does not take a bad message (default: any answer)",
  ],
  [
    "expect <probe=answer>",
    "expected",
    "repeatable: what this target answers to a probe, in place of what the RFC asks for: oversize='message /too large/'",
    true,
  ],
];

/** Flags of `run` that say who the target is, how to connect and what it wants to see. */
const takenOver = [
  ...["--target", "--spawn", "--message", "--message-file", "--first-message", "--ready", "--text", "--binary"],
  ...["--connect-timeout", "--header", "--bearer", "--subprotocol", "--insecure", "--ca", "--cert", "--key", "--env"],
];

/** The flags of `floodgate probe`. */
export const probeFlags: readonly FlagSpec[] = [
  ...settingFlags.map(([flags, setting, about, isList]): FlagSpec => ({
    ...{ flags: `--${flags}`, setting: `probe.${setting}`, group: probing, about },
    ...(isList === true && { isList }),
  })),
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

/** What is probed, and where what was found goes. */
export function readProbeWords(options: Options, request: ProbeRequest, reports: readonly ReportRequest[]): ProbeWords {
  return {
    request,
    strict: options.strict === true,
    file: (options.output ?? null) as string | null,
    reports,
    json: options.json === true,
    quiet: options.quiet === true,
  };
}
