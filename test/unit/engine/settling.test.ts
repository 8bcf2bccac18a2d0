import { describe, expect, it } from "vitest";
import { Settling } from "../../../src/engine/worker/settling.ts";
import { SendingWorker } from "../../support/sending-worker.ts";

/** Three connections, none of them ready, and whether the wait for them is over. */
function waiting() {
  const { connections } = new SendingWorker({ connections: 3 }).connections;
  const settling = new Settling();
  const told = { isOver: false };
  const all = settling.begin(connections)!.then(() => (told.isOver = true));
  return { connections, settling, told, all };
}

describe("Settling", () => {
  it("is over once each connection has settled, and counts none of them twice", async () => {
    const { connections, settling, told, all } = waiting();
    for (const index of [0, 1, 1, 0]) settling.settle(connections[index]!);
    await Promise.resolve();
    expect(told.isOver).toBe(false);
    settling.settle(connections[2]!);
    await all;
    expect(told.isOver).toBe(true);
  });

  it("waits for nobody when all are ready, and for the others when some are", async () => {
    const { connections, settling } = waiting();
    for (const connection of connections.slice(1)) connection.state = "ready";
    expect(settling.begin(connections.slice(1))).toBeNull();
    const all = settling.begin(connections);
    settling.settle(connections[0]!);
    await all;
    expect(connections.map(({ isSettled }) => isSettled)).toEqual([true, true, true]);
  });

  it("ends the wait when it is given up", async () => {
    const { settling, told, all } = waiting();
    settling.giveUp();
    await all;
    expect(told.isOver).toBe(true);
  });
});
