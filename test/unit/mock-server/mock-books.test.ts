import { describe, expect, it } from "vitest";
import { isBookCounter, MockBooks } from "../../../src/mock-server/mock-books.ts";

it("tells counters, of which two readings may be subtracted, from levels and extremes", () => {
  const books = new MockBooks();
  books.protocolError("invalid-utf8");
  const names = [...Object.keys(books.snapshot()), "stalls", "uptimeMs", "pid", "rssBytes"];
  expect(names.filter((name) => !isBookCounter(name))).toEqual([
    "connectionsOpen",
    "connectionsPeak",
    "answerDelayMaxUs",
    "streamQueuePeak",
    "streamsBlocked",
    "jobsRunningPeak",
    "uptimeMs",
    "pid",
    "rssBytes",
  ]);
  expect(names).toContain("protocolErrors.invalid-utf8");
});

it("counts up whatever happens in what it calls counters", () => {
  const books = new MockBooks();
  const steps = [() => books.open(), () => books.delayed(3), () => books.close(), () => books.protocolError("odd")];
  let before = books.snapshot();
  for (const step of steps) {
    step();
    const after = books.snapshot();
    for (const [key, value] of Object.entries(after)) {
      if (isBookCounter(key)) expect(value, key).toBeGreaterThanOrEqual(before[key] ?? 0);
    }
    before = after;
  }
});

describe("MockBooks", () => {
  it("counts open, peak and closed connections", () => {
    const books = new MockBooks();
    expect([books.open(), books.open()]).toEqual([1, 2]);
    books.close();
    expect(books.open()).toBe(3);
    expect(books.snapshot()).toMatchObject({
      connectionsAccepted: 3,
      connectionsOpen: 2,
      connectionsPeak: 2,
      connectionsClosed: 1,
    });
  });

  it("gives protocol errors by kind and in all", () => {
    const books = new MockBooks();
    books.protocolError("invalid-utf8");
    books.protocolError("invalid-utf8");
    books.protocolError("invalid-opcode");
    expect(books.snapshot()).toMatchObject({
      protocolErrors: 3,
      "protocolErrors.invalid-utf8": 2,
      "protocolErrors.invalid-opcode": 1,
    });
  });
});
