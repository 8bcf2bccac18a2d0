import { describe, expect, it } from "vitest";
import { ConnectionPlaces } from "../../../src/engine/worker/connection-places.ts";
import { LoadConnection } from "../../../src/engine/worker/load-connection.ts";
import { aPlan } from "../../support/a-collected.ts";
import { SendingWorker } from "../../support/sending-worker.ts";

const { connect } = aPlan();
const { connections: set } = new SendingWorker();
const inRoom = (room: number, global = 0): LoadConnection => new LoadConnection(0, global, room, set);

describe("ConnectionPlaces", () => {
  it("names the room of each connection, and puts it into the path where the URL has a place for it", () => {
    const places = new ConnectionPlaces({ ...connect, url: "ws://chat/rooms/{{room}}" }, 2);
    const names = [0, 1].map((room) => places.roomNameOf(inRoom(room)));
    expect(new Set(names).size).toBe(2);
    expect([0, 1].map((room) => places.pathOf(inRoom(room)))).toEqual(names.map((name) => `/rooms/${name}`));
  });

  it("has no rooms and no paths of their own where there are none", () => {
    const places = new ConnectionPlaces(connect, null);
    expect([places.roomNameOf(inRoom(0)), places.pathOf(inRoom(0))]).toEqual([null, undefined]);
  });

  it("deals local addresses out by the number over all workers", () => {
    const places = new ConnectionPlaces({ ...connect, localAddresses: ["127.0.0.2", "127.0.0.3"] }, null);
    const given = [0, 1, 2, 5].map((global) => places.localAddressOf(inRoom(0, global)));
    expect(given).toEqual(["127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3"]);
    expect(new ConnectionPlaces({ ...connect, localAddresses: [] }, null).localAddressOf(inRoom(0))).toBeUndefined();
  });
});
