import { describe, expect, it } from "vitest";
import { publicationRingLength, PublicationTable } from "../../../src/measure/publication-table.ts";

const size = { publishers: 3, phases: 3, ringLength: 4 };

describe("PublicationTable", () => {
  it("tells every thread when a message was due and sent, as long as it is kept", () => {
    const table = new PublicationTable(size);
    const elsewhere = new PublicationTable(size, table.memory);
    expect(table.publish(1, 10, 11, 0)).toBe(1);
    expect(table.publish(1, 20, 22, 0)).toBe(2);
    expect([elsewhere.intendedMsOf(1, 2), elsewhere.sentMsOf(1, 2)]).toEqual([20, 22]);
    expect([elsewhere.hasSent(1, 2), elsewhere.hasSent(1, 3), elsewhere.hasSent(0, 1)]).toEqual([true, false, false]);
    expect(elsewhere.publishedNear(1, 1)).toBe(2);
  });

  it("does not answer with the stamps of another message", () => {
    const table = new PublicationTable(size);
    for (let sequence = 1; sequence <= 5; sequence++) table.publish(0, sequence, sequence, 0);
    expect([1, 2, 3, 4, 5].map((sequence) => table.sentMsOf(0, sequence))).toEqual([NaN, NaN, 3, 4, 5]);
  });

  it("knows the phase of any message, however old", () => {
    const table = new PublicationTable(size);
    for (let sequence = 1; sequence <= 30; sequence++) table.publish(2, 0, 0, sequence <= 10 ? 0 : 2);
    expect([1, 10, 11, 30].map((sequence) => table.phaseOf(2, sequence))).toEqual([0, 0, 2, 2]);
  });
});

describe("the length of a publisher's ring", () => {
  it("holds all messages where they are few, and is bounded where they are many", () => {
    expect(publicationRingLength(1, 1000)).toBe(1024);
    expect(publicationRingLength(10, 1e9) * 10 * 18).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(publicationRingLength(1_000_000, 1e9)).toBe(64);
  });
});
