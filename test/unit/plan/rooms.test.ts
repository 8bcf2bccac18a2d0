import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  connectionAt,
  inRoom,
  pathInRoom,
  publishersOf,
  roomName,
  roomNames,
  roomOf,
  rowOf,
} from "../../../src/plan/rooms.ts";

const numberOfRooms = fc.integer({ min: 1, max: 40 });
const numberOfConnections = fc.integer({ min: 1, max: 400 });

describe("rooms", () => {
  it("have the same number of connections, give or take one", () => {
    fc.assert(
      fc.property(numberOfRooms, numberOfConnections, (rooms, connections) => {
        const counted = new Array<number>(rooms).fill(0);
        for (let connection = 0; connection < connections; connection++) counted[roomOf(connection, rooms)]! += 1;
        expect(Math.max(...counted) - Math.min(...counted)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("find the connection in a row again", () => {
    fc.assert(
      fc.property(numberOfRooms, numberOfConnections, (rooms, connection) => {
        expect(connectionAt(roomOf(connection, rooms), rowOf(connection, rooms), rooms)).toBe(connection);
      }),
    );
  });

  it("are spread over all workers, also where their numbers have a common divisor", () => {
    const workersOfRoom = new Set<number>();
    for (let row = 0; row < 20; row++) workersOfRoom.add(connectionAt(7, row, 200) % 4);
    expect(workersOfRoom.size).toBe(4);
  });

  it("have their publishers first, so many of each room", () => {
    const plan = { rooms: 7, publishersPerRoom: 3 };
    const rooms = Array.from({ length: publishersOf(plan) }, (_, connection) => roomOf(connection, plan.rooms));
    expect(roomNames(7).map((_, room) => rooms.filter((own) => own === room).length)).toEqual(Array(7).fill(3));
  });
});

describe("the name of a room", () => {
  it("has one length in a run", () => {
    expect(roomNames(3)).toEqual(["r1", "r2", "r3"]);
    expect([roomName(0, 10), roomName(9, 10), roomName(199, 200)]).toEqual(["r01", "r10", "r200"]);
  });

  it("stands wherever a text has the word", () => {
    expect(inRoom('{"room":"{{room}}","again":"{{room}}"}', "r1")).toBe('{"room":"r1","again":"r1"}');
  });

  it("stands in path and query of a URL, also where the path has been encoded", () => {
    expect(pathInRoom("ws://host/chat?room={{room}}", "r1")).toBe("/chat?room=r1");
    expect(pathInRoom("ws://host/rooms/{{room}}/x", "r1")).toBe("/rooms/r1/x");
    expect(pathInRoom(new URL("ws://host/rooms/{{room}}").href, "r1")).toBe("/rooms/r1");
    expect(pathInRoom("ws://host/rooms", "r1")).toBeUndefined();
  });
});
