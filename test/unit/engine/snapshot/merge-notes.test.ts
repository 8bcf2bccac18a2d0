import { describe, expect, it } from "vitest";
import { mergeFailures } from "../../../../src/engine/snapshot/merge-notes.ts";
import { NoteBook } from "../../../../src/engine/worker/worker-notes.ts";

describe("failures of several workers", () => {
  it("are one per code, from the first to the last, the most frequent first", () => {
    const refused = { phase: "connect", kind: "refused", blame: "target", example: "ECONNREFUSED" } as const;
    const timeout = { phase: "handshake", kind: "timeout", blame: "target", example: "no answer" } as const;
    const [first, second] = [new NoteBook(1, 1000), new NoteBook(1, 1000)];
    first.noteFailure(timeout, 0, 1500);
    first.noteFailure(refused, 0, 1300);
    second.noteFailure({ ...refused, example: "another" }, 0, 1200);
    const all = [first, second].map((book) => book.notes({ lost: new Map(), late: new Map() }));
    expect(mergeFailures([...all, null])).toEqual([
      { code: "connect/refused", ...refused, count: 2, firstMs: 200, lastMs: 300 },
      { code: "handshake/timeout", ...timeout, count: 1, firstMs: 500, lastMs: 500 },
    ]);
  });
});
