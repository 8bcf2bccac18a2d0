import { describe, expect, it } from "vitest";
import { RoomRoster } from "../../../src/measure/room-roster.ts";

describe("RoomRoster", () => {
  it("counts who is in each room, whichever thread entered them", () => {
    const roster = new RoomRoster(2, 1000);
    const elsewhere = new RoomRoster(2, 1000, roster.memory);
    roster.join(1, 0);
    elsewhere.join(1, 0);
    roster.leave(1, 0);
    expect([elsewhere.presentIn(0), elsewhere.presentIn(1), elsewhere.changesOf(1)]).toEqual([0, 1, 3]);
  });

  it("is unsettled until the latest of the instants told, and rather longer than shorter", () => {
    const roster = new RoomRoster(1, 1000);
    roster.join(0, 1200.4);
    roster.join(0, 1100);
    expect([1200, 1200.39, 1201].map((sentMs) => roster.isUnsettled(0, sentMs))).toEqual([true, true, false]);
  });
});
