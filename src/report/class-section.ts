import type { RunResult } from "../result/run-result.ts";
import { amount, countText, ratioText, timeText, wrap } from "./format.ts";
import { resolvedText } from "./message-sections.ts";
import { renderGrid } from "./terminal-table.ts";

/** Messages by class: what came of each, and how soon. */
export function classSection(result: RunResult, width: number): readonly string[] {
  const rows = classRows(result);
  if (rows.length === 0) return [];
  return [
    "Classes of messages",
    ...renderGrid(["", ...classHeads(result)], rows, width),
    ...classNotes(result).flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** Heads of the columns behind the name of a class: of what a target sends, or of what we send in several sizes. */
export function classHeads(result: RunResult): readonly string[] {
  const counts = isBySize(result)
    ? ["sent", "delivered", "lost", "corrupted"]
    : ["expected", "delivered", "refused", "lost"];
  return [...counts, "ratio", "p50", "p99", "max"];
}

function isBySize({ classes = [] }: Pick<RunResult, "classes">): boolean {
  return classes[0]?.class.kind === "size";
}

/** One row for each class, its name first. */
export function classRows({ classes = [] }: RunResult): readonly (readonly string[])[] {
  return classes.map((block) => {
    const { sent, expected, delivered, refused, lost, corrupted } = block.messages;
    const [first, ...others] = isBySize({ classes })
      ? [sent, delivered, lost, corrupted]
      : [expected === 0 ? null : expected, delivered, refused, lost];
    const counts = [first!, ...others.map((count) => (expected === 0 ? null : count))].map(countText);
    return [
      block.class.name.replaceAll("+", ", "),
      ...counts,
      ratioText(block.deliveryRatio),
      resolvedText(block, "p50"),
      resolvedText(block, "p99"),
      timeText(block.latencyUs.max),
    ];
  });
}

/** What the rows do not say: where it was, and what contradicts itself. */
export function classNotes(result: RunResult): readonly string[] {
  return isBySize(result) ? sizeNotes(result) : streamNotes(result);
}

function sizeNotes({ classes = [], totals, config }: RunResult): readonly string[] {
  const hit = classes.flatMap(({ class: { name }, messages }) =>
    messages.lost === 0 ? [] : [`${countText(messages.lost)} of ${countText(messages.sent)} of size ${name}`],
  );
  const sound = classes.flatMap(({ class: { name }, messages }) => (messages.lost === 0 ? [name] : []));
  const none = sound.length === 0 ? "" : `; none of ${sound.join(", ")}`;
  const unsent = totals.messages.offered - totals.messages.sent;
  return [
    ...(hit.length === 0 ? [] : [`lost: ${hit.join("; ")}${none}`]),
    ...(unsent === 0
      ? []
      : [`of no size: ${amount(unsent, "message")} that ${unsent === 1 ? "was" : "were"} not sent`]),
    ...(config.mode === "oneway" ? ["what arrived of each size nobody tells in mode oneway"] : []),
  ];
}

function streamNotes({ classes = [], streams, totals }: RunResult): readonly string[] {
  const { faulty = [], overtold = 0 } = streams ?? {};
  const worst = faulty.filter(
    ({ priority }, index) => faulty.findIndex((other) => other.priority === priority) === index,
  );
  const told = worst.map(({ priority, stream, lost }) => {
    const block = priority === null ? totals : classes.find((other) => other.class.name === priority);
    const of = priority === null ? "" : ` ${priority}`;
    return `${countText(block?.messages.lost)}${of}, most on stream ${stream} (${countText(lost)})`;
  });
  return [
    ...(told.length === 0 ? [] : [`lost without a word of the target: ${told.join("; ")}`]),
    ...(overtold === 0
      ? []
      : [`the target said that it gave up ${amount(overtold, "message")} which came all the same`]),
    ...(classes.some(({ messages }) => messages.refused > 0)
      ? ["refused = the target said that it gave them up for others, or did not take them in"]
      : []),
    ...(classes.some(({ messages }) => messages.expected === 0)
      ? ["- : the target does not number the class by itself (stream.prioritySequence), or it had no messages"]
      : []),
  ];
}
