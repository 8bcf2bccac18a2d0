import { describe, expect, it, vi } from "vitest";
import { LeaveTaking } from "../../../src/engine/worker/leave-taking.ts";
import { useFakeTime } from "../../support/fake-time.ts";
import { SendingWorker } from "../../support/sending-worker.ts";

describe("LeaveTaking", () => {
  useFakeTime();

  async function leaving() {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const owed = { answers: 1 };
    const leaveTaking = new LeaveTaking({ nowMs: () => performance.now(), isOwed: () => owed.answers > 0 });
    const connection = worker.connections.connections[0]!;
    connection.state = "leaving";
    leaveTaking.closeWhenAnswered(connection);
    return { connection, owed, leaveTaking, transport: worker.transports[0]! };
  }

  it("closes a connection once it is answered", async () => {
    const { owed, transport } = await leaving();
    await vi.advanceTimersByTimeAsync(500);
    expect(transport.isOver).toBe(false);
    owed.answers = 0;
    await vi.advanceTimersByTimeAsync(10);
    expect(transport.isOver).toBe(true);
  });

  it("waits a second for answers, and no longer", async () => {
    const { transport } = await leaving();
    await vi.advanceTimersByTimeAsync(990);
    expect(transport.isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(10);
    expect(transport.isOver).toBe(true);
  });

  it("leaves one alone that has ended meanwhile", async () => {
    const { connection, transport } = await leaving();
    connection.state = "idle";
    await vi.advanceTimersByTimeAsync(2000);
    expect([transport.isOver, connection.leftInOrder]).toEqual([false, false]);
  });

  it("closes nothing any more once it is stopped", async () => {
    const { transport, leaveTaking } = await leaving();
    leaveTaking.stop();
    await vi.advanceTimersByTimeAsync(2000);
    expect(transport.isOver).toBe(false);
  });
});
