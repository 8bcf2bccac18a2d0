import { describe, expect, it } from "vitest";
import { pairsByPhase, pairsBySegment, type BooksPair } from "../../../src/result/compare-books.ts";
import type { ResultMessages } from "../../../src/result/result-blocks.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { sampleMessages, samplePhase, sampleResult } from "../../support/sample-result.ts";

const sound = sampleResult();

/** One phase in such a mode. */
function aRun(
  mode: RunResult["config"]["mode"],
  messages: ResultMessages,
  changes: Readonly<Record<string, number>>,
  plan: unknown = {},
): RunResult {
  return sampleResult({
    config: { ...sound.config, mode, plan },
    phases: [samplePhase("main", 0, 10, messages.sent, { messages })],
    target: { ...sound.target, booksByPhase: [{ phase: "main", changes }] },
  });
}

function differing(result: RunResult): readonly BooksPair[] {
  return pairsBySegment(result).flatMap(({ pairs }) => pairs.filter(({ found, booked }) => found !== booked));
}

describe("pairsBySegment", () => {
  it("counts as lost what the target kept back and what it never read", () => {
    const messages = sampleMessages(100, { lostMissing: 4, lostClosed: 7, lostCorrupt: 2 });
    const withheld = { dropped: 4, corrupted: 2, unansweredAtDisconnect: 3, unansweredAtClose: 1 };
    const result = aRun("echo", { ...messages, corrupted: 2 }, { messagesIn: 97, ...withheld });
    expect(pairsBySegment(result)[0]!.pairs.slice(0, 2)).toEqual([
      { name: "sent", found: 100, booked: 97 },
      { name: "lost", found: 13, booked: 13 },
    ]);
    expect(differing(result).map(({ name }) => name)).toEqual(["sent"]);
  });

  it("takes off what connections that came again said first", () => {
    const plan = { connect: { firstMessages: ["login", "subscribe"] } };
    expect(differing(aRun("echo", sampleMessages(50), { messagesIn: 56, connectionsAccepted: 3 }, plan))).toEqual([]);
  });

  it("holds copies, streams and jobs against what was expected of them", () => {
    const broadcast = sampleMessages(10, { expected: 40, lostMissing: 3 });
    const copies = { messagesIn: 10, copies: 40, dropped: 1, copiesOverflowed: 2 };
    expect(differing(aRun("broadcast", broadcast, copies))).toEqual([]);
    const pushed = sampleMessages(0, { expected: 80, lostMissing: 2, refused: 9 });
    const streams = { messagesIn: 1, streamMessages: 80, dropped: 2, displacedBulk: 5, rejectedBulk: 4 };
    expect(differing(aRun("push", pushed, streams))).toEqual([]);
    const jobs = sampleMessages(30, { refused: 6 });
    const queue = { messagesIn: 33, jobsSubmitted: 30, jobsCompleted: 23, jobsRefused: 6 };
    expect(differing(aRun("queue", jobs, queue))).toEqual([{ name: "completed", found: 24, booked: 23 }]);
    expect(differing(aRun("oneway", sampleMessages(5), { messagesIn: 4 }))).toEqual([
      { name: "sent", found: 5, booked: 4 },
    ]);
  });

  it("adds the phases of a segment, and leaves out a segment of which a phase was not read", () => {
    const phases = [
      samplePhase("a", 0, 1, 100),
      samplePhase("b", 1000, 1, 100),
      samplePhase("c", 3000, 1, 100, { segment: 1 }),
    ];
    const booksByPhase = [
      { phase: "a", changes: { messagesIn: 99 } },
      { phase: "b", changes: { messagesIn: 101 } },
    ];
    const result = sampleResult({ phases, target: { ...sound.target, booksByPhase } });
    expect(pairsByPhase(result).map(({ pairs }) => pairs?.[0])).toEqual([
      { name: "sent", found: 100, booked: 99 },
      { name: "sent", found: 100, booked: 101 },
      undefined,
    ]);
    expect(pairsBySegment(result)).toHaveLength(1);
    expect(differing(result)).toEqual([]);
  });

  it("has nothing to say of connections alone, and where nothing was read", () => {
    expect(pairsByPhase(aRun("connect", sampleMessages(0), { connectionsAccepted: 3 }))).toEqual([]);
    expect(pairsByPhase(sound)).toEqual([]);
  });
});
