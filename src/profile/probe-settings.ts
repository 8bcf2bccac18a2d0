import { optional, mapOf } from "./schema-nodes.ts";
import { kindKey, listOf, setting, settingsBlock } from "./setting-schema.ts";

/** What probing does where nothing is said of it. */
export const probeDefaults = {
  neighbours: 4,
  patience: "2s",
  oversize: "32MiB",
  floodMessages: 2000,
  floodConnections: 50,
} as const;

const answer = { type: "string", [kindKey]: "expected-answer" } as const;

/** The block `probe` of a profile. */
export const probeSettings = settingsBlock(
  "What floodgate probe does to this target, and what it should answer. No other command looks at it.",
  {
    only: optional(listOf("filled", "Only these probes, or groups of probes. Default: all.")),
    skip: optional(listOf("filled", "Not these probes, or groups of probes.")),
    neighbours: optional(
      setting<number | string>("connections", {
        unit: "connections",
        default: probeDefaults.neighbours,
        description: "Ordinary sessions that run all the while.",
      }),
    ),
    patience: optional(
      setting<string>("time", { default: probeDefaults.patience, description: "How long an answer is waited for." }),
    ),
    messageLimit: optional(
      setting<number | string>("size", {
        description:
          "The largest message that the target takes: it is sent, and one that is a byte larger. Default: not known, and not tested.",
      }),
    ),
    oversize: optional(
      setting<number | string>("size", {
        default: probeDefaults.oversize,
        description: "Sent of a message that is far too large.",
      }),
    ),
    floodMessages: optional(
      setting<number | string>("count", {
        unit: "messages",
        default: probeDefaults.floodMessages,
        description: "Messages at once on one connection.",
      }),
    ),
    floodConnections: optional(
      setting<number | string>("connections", {
        unit: "connections",
        default: probeDefaults.floodConnections,
        description: "Connections at once.",
      }),
    ),
    badMessages: optional(listOf("filled", "Messages that the target must not take.")),
    refusal: optional(
      setting<string>("ready", {
        description: "How the target says that it does not take one of badMessages. Default: any answer.",
      }),
    ),
    expected: optional(
      mapOf<string | string[]>(
        { type: ["string", "array"], items: answer, [kindKey]: "expected-answer" },
        {
          description:
            "What this target answers to a probe, by its name, in place of what the RFC asks for; a list where any of several will do: close 1008, end, HTTP 429, message /too large/ (and the connection stays open), nothing, open.",
        },
      ),
    ),
  },
);
