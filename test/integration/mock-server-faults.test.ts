import { afterEach, describe, expect, it } from "vitest";
import { defaultMockOptions, type MockOptions } from "../../src/mock-server/mock-options.ts";
import { startMockServer, type RunningMock } from "../../src/mock-server/mock-server.ts";
import { tallyMessages, type MessageTally } from "../support/message-tally.ts";

const connections = 5;
const messages = 400;
const total = connections * messages;

let mock: RunningMock | undefined;

afterEach(async () => {
  await mock?.close();
  mock = undefined;
});

/** True when the server has read everything and the clients have all that it answered. */
function isAllAnswered(tally: MessageTally): boolean {
  const { messagesIn, messagesOut = 0, duplicated = 0, dropped = 0 } = mock!.books();
  return messagesIn === total && messagesOut - duplicated + dropped === total && tally.frames === messagesOut;
}

async function run(
  options: Partial<MockOptions>,
  compress = false,
): Promise<{ tally: MessageTally; books: Record<string, number> }> {
  mock = await startMockServer({ ...defaultMockOptions, ...options });
  const tally = await tallyMessages(mock.url, { connections, messages, compress, isComplete: isAllAnswered });
  return { tally, books: mock.books() };
}

describe.each([
  ["plain", false],
  ["compressed", true],
] as const)("a %s session", (_, compress) => {
  it("brings everything back, in order and unharmed, when no fault is planned", async () => {
    const { tally, books } = await run({}, compress);
    expect(tally).toEqual({
      sent: total,
      delivered: total,
      lost: 0,
      duplicated: 0,
      corrupted: 0,
      reordered: 0,
      frames: total,
    });
    expect(books).toMatchObject({
      messagesIn: total,
      messagesOut: total,
      payloadBytesIn: total * 26,
      payloadBytesOut: total * 26,
    });
  });

  it.each([
    ["dropped", { dropRatio: 0.1 }],
    ["duplicated", { duplicateRatio: 0.1 }],
    ["corrupted", { corruptRatio: 0.1 }],
    ["reordered", { reorderRatio: 0.1 }],
  ] as const)("loses, repeats or harms exactly what the books say: %s", async (fault, options) => {
    const { tally, books } = await run(options, compress);
    expect(books[fault]).toBeGreaterThan(50);
    expectSameFaults(tally, books);
  });

  it("keeps the accounts equal when all faults come together, under latency", async () => {
    const latency = { kind: "lognormal", medianMs: 3, sigma: 1 } as const;
    const shares = { dropRatio: 0.05, duplicateRatio: 0.05, corruptRatio: 0.05, reorderRatio: 0.1 };
    const { tally, books } = await run({ ...shares, latency, seed: 7 }, compress);
    for (const fault of ["dropped", "duplicated", "corrupted", "reordered"]) expect(books[fault]).toBeGreaterThan(0);
    expectSameFaults(tally, books);
    expect(books.delayedAnswers).toBeGreaterThan(total * 0.8);
  });

  it("is cut after so many messages, each of them answered", async () => {
    const { tally, books } = await run({ disconnectAfterMessages: 37 }, compress);
    expect(tally.delivered).toBe(37 * connections);
    expect(books).toMatchObject({
      connectionsCut: connections,
      messagesIn: 37 * connections,
      unansweredAtDisconnect: 0,
    });
    expect(tally.lost).toBe(tally.sent - books.messagesIn!);
  });

  it("is cut at the planned messages, and the books know what they took with them", async () => {
    const { tally, books } = await run(
      { disconnectRatio: 0.02, dropRatio: 0.05, latency: { kind: "fixed", ms: 2 } },
      compress,
    );
    expect(books.connectionsCut).toBe(connections);
    expect(books.unansweredAtDisconnect).toBeGreaterThanOrEqual(connections);
    expectSameFaults(tally, books);
  });
});

function expectSameFaults(tally: MessageTally, books: Record<string, number>): void {
  const neverRead = tally.sent - books.messagesIn!;
  expect({
    lost: tally.lost,
    duplicated: tally.duplicated,
    corrupted: tally.corrupted,
    reordered: tally.reordered,
    frames: tally.frames,
  }).toEqual({
    lost: books.dropped! + books.corrupted! + books.unansweredAtDisconnect! + neverRead,
    duplicated: books.duplicated,
    corrupted: books.corrupted,
    reordered: books.reordered,
    frames: books.messagesOut,
  });
}

describe("the same seed", () => {
  it("gives the same faults again, whatever the timing", async () => {
    const shares = { dropRatio: 0.1, duplicateRatio: 0.1, corruptRatio: 0.1, seed: 99 };
    const first = await run(shares);
    await mock!.close();
    const second = await run({ ...shares, latency: { kind: "normal", meanMs: 2, stdevMs: 2 } });
    const faults = ({ books }: typeof first): unknown => [books.dropped, books.duplicated, books.corrupted];
    expect(faults(second)).toEqual(faults(first));
  });
});

describe("latency and stalls", () => {
  it("delay every answer by at least the time asked for", async () => {
    const { tally, books } = await run({ latency: { kind: "fixed", ms: 20 } });
    expect(tally.delivered).toBe(total);
    expect(books.delayedAnswers).toBe(total);
    expect(books.answerDelaySumUs! / total).toBeGreaterThanOrEqual(20_000);
  });

  it("hold answers back, and all of them leave afterwards", async () => {
    mock = await startMockServer({ ...defaultMockOptions, stall: { durationMs: 50, everyMs: 60 } });
    const isComplete = (tally: MessageTally): boolean => isAllAnswered(tally) && mock!.books().stalls! > 0;
    const tally = await tallyMessages(mock.url, { connections, messages, isComplete });
    expect(tally).toMatchObject({ delivered: total, lost: 0, reordered: 0 });
    expect(mock.books().stalls).toBeGreaterThan(0);
  });
});

describe("a leak", () => {
  it("keeps the bytes of every message for real", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const { books } = await run({ leakBytesPerMessage: 16 * 1024 });
    expect(books.leakedBytes).toBe(total * 16 * 1024);
    // What earlier tests left behind may be collected meanwhile, so not all of it need show.
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThanOrEqual(total * 16 * 1024 * 0.5);
  });
});
