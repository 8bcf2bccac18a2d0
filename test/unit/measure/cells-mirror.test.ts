import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyUpdate, CellsSender } from "../../../src/measure/cells-mirror.ts";
import { allocateWorkerCells, control, counter, stopRequest } from "../../../src/measure/worker-cells.ts";

const phases = 2;

function mirrored() {
  const own = allocateWorkerCells(phases);
  const other = allocateWorkerCells(phases);
  return { own, other, sender: new CellsSender(own.memory) };
}

const bytesOf = (memory: SharedArrayBuffer) => Buffer.from(memory);

describe("mirroring a worker's cells", () => {
  it("has nothing to send for new cells, and nothing again after an update", () => {
    const { own, sender } = mirrored();
    expect(sender.takeUpdate()).toBeNull();
    own.phases[1]!.counts[counter.sent] = 5;
    expect(sender.takeUpdate()).not.toBeNull();
    expect(sender.takeUpdate()).toBeNull();
  });

  it("sends the blocks that changed, not the rest", () => {
    const { own, sender } = mirrored();
    own.phases[0]!.counts[counter.sent] = 1;
    own.phases[1]!.latency.cells[9000] = 1;
    const update = sender.takeUpdate()!;
    expect(update.stretches).toHaveLength(4);
    expect(update.bytes.length).toBe(2048);
  });

  it("makes the other side equal, whatever is written in between", () => {
    const length = allocateWorkerCells(phases).memory.byteLength / 4;
    const writes = fc.array(fc.tuple(fc.integer({ min: 1, max: length - 1 }), fc.integer()), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(writes, { minLength: 1, maxLength: 5 }), (rounds) => {
        const { own, other, sender } = mirrored();
        const words = new Int32Array(own.memory);
        for (const round of rounds) {
          for (const [index, value] of round) words[index] = value;
          const update = sender.takeUpdate();
          if (update !== null) applyUpdate(other.memory, update);
          expect(bytesOf(other.memory).equals(bytesOf(own.memory))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("is not changed by what is written after it was taken", () => {
    const { own, other, sender } = mirrored();
    const counts = own.phases[0]!.counts;
    counts[counter.sent] = 1;
    const update = sender.takeUpdate()!;
    counts[counter.sent] = 2;
    sender.takeUpdate();
    applyUpdate(other.memory, update);
    expect(other.phases[0]!.counts[counter.sent]).toBe(1);
  });

  it("leaves the stop request to the side that writes it", () => {
    const { own, other, sender } = mirrored();
    other.control[control.stop] = stopRequest.stopSending;
    own.control[control.openConnections] = 7;
    applyUpdate(other.memory, sender.takeUpdate()!);
    expect(other.control[control.stop]).toBe(stopRequest.stopSending);
    expect(other.control[control.openConnections]).toBe(7);
  });
});
