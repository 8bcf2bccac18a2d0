import { describe, expect, it } from "vitest";
import { faultSentences, orderVerdict, queueNotes, queueSection } from "../../../src/report/queue-section.ts";
import type { ResultQueue } from "../../../src/result/run-result.ts";
import { noTimes, sampleResult } from "../../support/sample-result.ts";

const sound: ResultQueue = {
  ...{ keys: 2, concurrency: 3, completionOrder: "free", sent: 100, completed: 88, refused: 7, cancelled: 5, lost: 0 },
  said: { accepted: 93, started: 88, completed: 88, refused: 7, cancelled: 5, tooLate: 2 },
  ...{ cancelAsked: 7, cancelledRunning: 1, cancelledUnasked: 0, misordered: 0, misorderedStarts: 0, overtaken: 4 },
  ...{ overLimit: 0, mostRunning: { jobs: 3, key: "k1" }, cancelledRan: 0, refusedRan: 0, startedAgain: 0 },
  ...{ completedAgain: 0, neverStarted: 0, repeated: 0, afterLoss: 0, faults: [] },
  statistics: {
    ...{ isCompared: true, note: "after less before", disagreements: 0 },
    counts: [{ count: "completed", target: 88, clients: 88 }],
  },
  ...{ waitUs: noTimes, runUs: noTimes },
};

describe("what is shown of jobs", () => {
  it("is nothing in other modes", () => {
    expect(queueSection(sampleResult(), 100)).toEqual([]);
  });

  it("is how they ended, and that nothing was wrong", () => {
    const text = queueSection({ ...sampleResult(), queue: sound }, 100).join("\n");
    expect(text).toMatch(/^Jobs {2}in order\n/);
    expect(text).toContain("7 jobs to be cancelled: 5 were, 1 of them while running, for 2 it was too late");
    expect(text).toContain("4 jobs completed after a later one of the key, which is no fault with 3 at a time");
    expect(text).toContain("the target's own statistics agree: completed");
  });

  it("names each kind of fault, and a few jobs", () => {
    const faulty: ResultQueue = {
      ...{ ...sound, misordered: 1, overLimit: 2, cancelledRan: 1, refusedRan: 1, lost: 3 },
      faults: [{ fault: "misordered", key: "k2", position: 17 }],
      statistics: {
        ...{ isCompared: true, note: "", disagreements: 1 },
        counts: [{ count: "completed", target: 90, clients: 88 }],
      },
    };
    expect(orderVerdict(faulty)).toBe("6 kinds of fault");
    expect(faultSentences(faulty)).toEqual([
      "1 job out of order: started or completed after a later one of the same key",
      "2 starts with 3 of the key running already, which is all that may",
      "1 job ran although the target had confirmed that they were cancelled",
      "1 job ran although the target had refused them",
      "3 jobs lost: no end of theirs was told",
      "the target's statistics say 90 completed, its clients were told 88",
    ]);
    expect(queueNotes(faulty)).toContain("for example: job 17 of key k2 out of order");
  });

  it("says of statistics that agree but for jobs on connections that ended", () => {
    const counts = [{ count: "completed" as const, target: 90, clients: 88 }];
    const statistics = { isCompared: true, note: "", counts, untold: 2, disagreements: 0 };
    expect(queueNotes({ ...sound, statistics })).toContain(
      "the target's own statistics agree: completed; but for what was said of 2 jobs on connections that ended",
    );
    expect(faultSentences({ ...sound, statistics })).toEqual([]);
  });

  it("says what is not known: starts, and statistics", () => {
    const notes = queueNotes({ ...sound, misorderedStarts: null, overLimit: null, statistics: null });
    expect(notes).toContain("the target was not asked for its own statistics");
    expect(notes.join(" ")).toContain("the target does not tell when a job starts");
    const uncompared = { isCompared: false, note: "it did not answer", counts: [], disagreements: null };
    expect(queueNotes({ ...sound, statistics: uncompared })).toContain(
      "the target's own statistics could not be compared: it did not answer",
    );
  });
});
