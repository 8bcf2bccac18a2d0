import { describe, expect, it } from "vitest";
import { ReceiverFaults, worstReceivers } from "../../../src/engine/worker/receiver-faults.ts";

const placeOf = (receiver: number) => ({ connection: 2 * receiver + 1, room: receiver % 3 });
const none = { lost: 0, duplicated: 0, reordered: 0, misrouted: 0 };

describe("ReceiverFaults", () => {
  it("names receivers by their connection and room, the worst first", () => {
    const faults = new ReceiverFaults(5);
    faults.lost[4] = 1;
    faults.reordered[1] = 3;
    faults.misrouted[1] = 1;
    expect(faults.summary(placeOf)).toEqual({
      count: 2,
      worst: [
        { ...none, connection: 3, room: 1, reordered: 3, misrouted: 1 },
        { ...none, connection: 9, room: 1, lost: 1 },
      ],
    });
  });

  it("has none when all went well", () => {
    expect(new ReceiverFaults(3).summary(placeOf)).toEqual({ count: 0, worst: [] });
  });

  it("counts all and names ten", () => {
    const faults = new ReceiverFaults(25);
    faults.duplicated.fill(2);
    const { count, worst } = faults.summary(placeOf);
    expect([count, worst.length, worst[0]!.connection]).toEqual([25, 10, 1]);
  });

  it("keeps the worst of several workers, of equal ones the lowest number", () => {
    const of = (connection: number, lost: number) => ({ ...none, room: 0, connection, lost });
    expect(worstReceivers([of(7, 1), of(3, 9), of(2, 1)]).map(({ connection }) => connection)).toEqual([3, 2, 7]);
  });
});
