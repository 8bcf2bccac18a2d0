import type { ResultBlock } from "./result-blocks.ts";
import { savedMember } from "./read-saved-plan.ts";
import type { ResultPhase, RunResult } from "./run-result.ts";

/** The same thing counted on both sides. */
export interface BooksPair {
  readonly name: BooksPairName;
  /** What the run found. */
  readonly found: number;
  /** What the target's own books say. */
  readonly booked: number;
}

/** `lost`: what the target kept back, and what it never read. `owed`: copies or pushed messages that should arrive. */
export type BooksPairName =
  "sent" | "owed" | "lost" | "completed" | "refused" | "duplicated" | "reordered" | "corrupted";

/** The pairs of one phase; null where the books were not read at both of its edges. */
export interface PhasePairs {
  readonly phase: ResultPhase;
  readonly pairs: readonly BooksPair[] | null;
}

/** Of a whole segment. */
export interface SegmentPairs {
  readonly segment: number;
  readonly pairs: readonly BooksPair[];
}

type Changes = Readonly<Record<string, number>>;

/** What the target's books gained in each phase beside what was found in it; empty where there are no such books. */
export function pairsByPhase(result: RunResult): readonly PhasePairs[] {
  const { booksByPhase } = result.target;
  if (booksByPhase === undefined || result.config.mode === "connect") return [];
  return result.phases.map((phase) => {
    const changes = booksByPhase.find((each) => each.phase === phase.name)?.changes;
    return { phase, pairs: changes === undefined ? null : pairsOf(result, phase, changes) };
  });
}

/**
 * The same summed over the phases of each segment, which share their connections: at an edge between them a message may
 * count in another phase of the books, but over all of them both sides must come to the same. Segments of which a phase
 * was not read are left out.
 */
export function pairsBySegment(result: RunResult): readonly SegmentPairs[] {
  const segments = new Map<number, PhasePairs[]>();
  for (const each of pairsByPhase(result)) {
    segments.set(each.phase.segment, [...(segments.get(each.phase.segment) ?? []), each]);
  }
  return [...segments].flatMap(([segment, phases]) => {
    const known = phases.flatMap(({ pairs }) => (pairs === null ? [] : [pairs]));
    if (known.length < phases.length) return [];
    const pairs = known.reduce((sum, own) => sum.map((pair, index) => addPairs(pair, own[index]!)));
    return [{ segment, pairs }];
  });
}

function addPairs(one: BooksPair, other: BooksPair): BooksPair {
  return { name: one.name, found: one.found + other.found, booked: one.booked + other.booked };
}

/** In each mode those that both sides can tell, always in the same order. */
function pairsOf({ config }: RunResult, { messages, fanOut }: ResultBlock, changes: Changes): readonly BooksPair[] {
  const gained = (...keys: readonly string[]): number => keys.reduce((sum, key) => sum + (changes[key] ?? 0), 0);
  const withheld =
    gained("dropped", "corrupted", "unansweredAtDisconnect", "unansweredAtClose") +
    // Of sessions that were lost: what was not sent on them later.
    gained("answersKept") -
    gained("keptSent");
  const faults = (["duplicated", "reordered", "corrupted"] as const).map((name): BooksPair => ({
    name,
    found: messages[name],
    booked: gained(name),
  }));
  // On a connection whose session is resumed nothing is said first.
  const greeted = gained("connectionsAccepted") - gained("sessionsResumed");
  const read = gained("messagesIn") - firstMessagesOf(config.plan) * greeted;
  const sent: BooksPair = { name: "sent", found: messages.sent, booked: read };
  switch (config.mode) {
    case "connect":
      return [];
    case "oneway":
      return [sent];
    case "echo":
      return [sent, { name: "lost", found: messages.lost, booked: withheld + messages.sent - read }, ...faults];
    case "broadcast":
      return [
        sent,
        { name: "owed", found: messages.expected + (fanOut?.indeterminate ?? 0), booked: gained("copies") },
        { name: "lost", found: messages.lost, booked: withheld + gained("copiesOverflowed") },
        ...faults,
      ];
    case "push":
      return [
        { name: "owed", found: messages.expected, booked: gained("streamMessages") },
        { name: "lost", found: messages.lost + messages.refused, booked: withheld + givenUp(changes) },
        ...faults,
      ];
    case "queue":
      return [
        { name: "sent", found: messages.sent, booked: gained("jobsSubmitted") },
        { name: "completed", found: messages.delivered, booked: gained("jobsCompleted") },
        { name: "refused", found: messages.refused, booked: gained("jobsRefused") },
      ];
  }
}

/** Mode push: what a full queue displaced or rejected, of all classes. */
function givenUp(changes: Changes): number {
  return Object.entries(changes).reduce(
    (sum, [key, change]) => (/^(displaced|rejected)[A-Z]/.test(key) ? sum + change : sum),
    0,
  );
}

/** Each connection says so many things first, which are in the books as well. */
function firstMessagesOf(plan: unknown): number {
  const first = savedMember(plan, "connect.firstMessages");
  return Array.isArray(first) ? first.length : 0;
}
