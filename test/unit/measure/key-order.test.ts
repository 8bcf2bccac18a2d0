import { describe, expect, it } from "vitest";
import { KeyOrder } from "../../../src/measure/key-order.ts";

describe("the order of a key", () => {
  it("counts starts after that of a later job, as RFC 4737 does (its table 1), and no gaps", () => {
    const order = new KeyOrder(1, 10);
    const late = [1, 2, 3, 5, 6, 7, 8, 4, 9, 10].filter((job) => order.started(0, job));
    expect([late, order.misorderedStarts[0]]).toEqual([[4], 1]);
    expect(order.started(0, 20)).toBe(false);
  });

  it("makes no job late for one that should not have run, which runs all the same", () => {
    const order = new KeyOrder(1, 1);
    order.ran(0);
    expect([order.started(0, 1), order.misorderedStarts[0], order.mostRunning[0], order.overLimit[0]]).toEqual([
      ...[false, 0, 2, 1],
    ]);
  });

  it("keeps keys apart, and starts from completions", () => {
    const order = new KeyOrder(2, 10);
    expect([order.started(0, 2), order.started(1, 1), order.completed(0, 2), order.completed(1, 1)]).not.toContain(
      true,
    );
    expect([order.completed(0, 1), order.overtaken[0], order.misorderedStarts[0]]).toEqual([true, 1, 0]);
  });

  it("counts those running, and starts beyond the limit", () => {
    const order = new KeyOrder(1, 2);
    order.started(0, 1);
    order.started(0, 2);
    order.stopped(0);
    order.started(0, 3);
    expect([order.mostRunning[0], order.overLimit[0]]).toEqual([2, 0]);
    order.started(0, 4);
    expect([order.mostRunning[0], order.overLimit[0]]).toEqual([3, 1]);
    order.forgetRunning(0);
    order.stopped(0);
    order.started(0, 5);
    expect([order.mostRunning[0], order.overLimit[0]]).toEqual([3, 1]);
  });
});
