import { describe, expect, it } from "vitest";
import { resultOf, runAndRead } from "../support/saved-run.ts";

/** Runs against a misbehaving mock; `books` is what the mock says it did, `seen` what the run found out. */
async function runWith(faults: readonly string[], load: readonly string[] = ["-c", "8", "-r", "2000", "-d", "1s"]) {
  const run = await runAndRead([...load, "--warmup", "0s", "--drain", "1500ms", "--seed", "11", ...faults]);
  const { totals, target, failures } = resultOf(run);
  return { seen: totals.messages, connections: totals.connections, books: target.books!, failures, run };
}

describe("what a run finds out equals what the mock did", () => {
  it("dropped answers are lost messages", async () => {
    const { seen, books } = await runWith(["--mock-drop", "2%"]);
    expect(books.dropped).toBeGreaterThan(0);
    expect(seen).toMatchObject({ lost: books.dropped, lostMissing: books.dropped, duplicated: 0, corrupted: 0 });
  });

  it("duplicated answers are duplicates, and nothing else", async () => {
    const { seen, books } = await runWith(["--mock-duplicate", "3%"]);
    expect(books.duplicated).toBeGreaterThan(0);
    expect(seen).toMatchObject({ lost: 0, duplicated: books.duplicated, reordered: 0 });
  });

  it("swapped answers are reordered messages", async () => {
    const { seen, books } = await runWith(["--mock-reorder", "3%"]);
    expect(books.reordered).toBeGreaterThan(0);
    expect(seen).toMatchObject({ lost: 0, reordered: books.reordered, duplicated: 0 });
  });

  it("damaged answers are corrupt frames, and their messages lost as corrupt", async () => {
    const { seen, books } = await runWith(["--mock-corrupt", "3%"]);
    expect(books.corrupted).toBeGreaterThan(0);
    expect(seen.corrupted).toBe(books.corrupted);
    expect(seen.lost).toBe(books.corrupted);
    expect(seen.unsolicited).toBe(0);
  });

  it("damage inside a template is found in the payload it was done to", async () => {
    const template = ["-m", '{"type":"chat","text":"{{payload}}","room":"lobby"}', "-s", "128"];
    const { seen, books } = await runWith(["--mock-corrupt", "5%", ...template]);
    expect(books.corrupted).toBeGreaterThan(0);
    expect(seen).toMatchObject({
      corrupted: books.corrupted,
      lostCorrupt: books.corrupted,
      lost: books.corrupted,
    });
  });

  it("all of them at once add up", async () => {
    const faults = ["--mock-drop", "1%", "--mock-duplicate", "1%", "--mock-reorder", "1%", "--mock-corrupt", "1%"];
    const { seen, books } = await runWith(faults);
    expect(seen.lost).toBe(books.dropped! + books.corrupted!);
    expect(seen.duplicated).toBe(books.duplicated);
    expect(seen.corrupted).toBe(books.corrupted);
    expect(seen.reordered).toBe(books.reordered);
    expect(seen.expected).toBe(seen.delivered + seen.lost + seen.refused);
  });

  it("cut connections take their messages with them", async () => {
    const { seen, connections, books } = await runWith(["--mock-disconnect-after", "100"]);
    expect(connections.closed).toBe(books.connectionsCut);
    expect(connections.closed).toBe(8);
    expect(seen.lostClosed).toBe(seen.lost);
    expect(seen.lost).toBe(seen.sent - books.messagesIn! + books.unansweredAtDisconnect!);
    expect(seen.offered).toBe(seen.sent + seen.unsendable);
  });

  it("refused connections are failed ones, with the reason", async () => {
    const { connections, books, failures } = await runWith(
      ["--mock-refuse-rate", "50%"],
      ["-c", "40", "-r", "400", "-d", "1s"],
    );
    expect(connections.failed).toBe(books["refused.fault"] ?? books.refusedFault);
    expect(connections.failed).toBeGreaterThan(0);
    expect(failures[0]?.code).toBe("handshake/status.503");
  });

  it("reconnects after being cut, when asked to", async () => {
    const { connections, seen } = await runWith(["--mock-disconnect-after", "50", "--reconnect"]);
    expect(connections.reconnects).toBeGreaterThan(8);
    expect(seen.expected).toBe(seen.delivered + seen.lost);
  });
});
