import { describe, expect, it } from "vitest";
import { OutboundQueue, type Admission } from "../../../src/mock-server/outbound-queue.ts";
import { priorities, type Priority } from "../../../src/mock-server/stream-priorities.ts";
import { Xoshiro } from "../../../src/random/xoshiro.ts";

function rankOf(name: Priority): number {
  return priorities.indexOf(name);
}

/** A full queue of these, `control 1`, `bulk 2` and so on by their place; and what becomes of one more. */
function offerTo(waiting: readonly Priority[], more: Priority): { readonly fate: string; readonly left: string[] } {
  const queue = new OutboundQueue<string>(waiting.length);
  waiting.forEach((name, index) => queue.offer(rankOf(name), `${name} ${index + 1}`));
  const admission = queue.offer(rankOf(more), `new ${more}`);
  const fate = admission.kind === "displaced" ? `displaced ${priorities[admission.rank]!}` : admission.kind;
  return { fate, left: drained(queue) };
}

function drained(queue: OutboundQueue<string>): string[] {
  const left: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) left.push(next);
  return left;
}

describe("a bounded queue of four classes", () => {
  it("lets the highest class leave first, within a class the oldest", () => {
    const queue = new OutboundQueue<string>(10);
    for (const [index, name] of (["bulk", "critical", "important", "control", "critical"] as const).entries()) {
      expect(queue.offer(rankOf(name), `${name} ${index + 1}`)).toEqual({ kind: "queued" });
    }
    expect(queue.length).toBe(5);
    expect(drained(queue)).toEqual(["control 4", "critical 2", "critical 5", "important 3", "bulk 1"]);
    expect(queue.take()).toBeUndefined();
  });

  it.each([
    { waiting: ["bulk", "important", "bulk"], more: "control", fate: "displaced bulk", gone: "bulk 1" },
    { waiting: ["bulk", "important", "bulk"], more: "critical", fate: "displaced bulk", gone: "bulk 1" },
    {
      waiting: ["important", "critical", "important"],
      more: "critical",
      fate: "displaced important",
      gone: "important 1",
    },
    { waiting: ["critical", "critical"], more: "critical", fate: "displaced critical", gone: "critical 1" },
    { waiting: ["control", "critical"], more: "control", fate: "displaced critical", gone: "critical 2" },
    { waiting: ["control", "control"], more: "control", fate: "displaced control", gone: "control 1" },
    { waiting: ["bulk", "important"], more: "important", fate: "displaced bulk", gone: "bulk 1" },
    {
      waiting: ["critical", "important", "important"],
      more: "important",
      fate: "displaced important",
      gone: "important 2",
    },
  ] as const)("full of $waiting, gives a new $more the place of $gone", ({ waiting, more, fate, gone }) => {
    const offered = offerTo(waiting, more);
    expect(offered.fate).toBe(fate);
    expect(offered.left).not.toContain(gone);
    expect(offered.left).toContain(`new ${more}`);
    expect(offered.left).toHaveLength(waiting.length);
  });

  it.each([
    { waiting: ["bulk", "bulk"], more: "bulk" },
    { waiting: ["control", "bulk"], more: "bulk" },
    { waiting: ["control", "critical"], more: "important" },
    { waiting: ["control", "control"], more: "critical" },
  ] as const)("full of $waiting, rejects a new $more", ({ waiting, more }) => {
    const offered = offerTo(waiting, more);
    expect(offered.fate).toBe("rejected");
    expect(offered.left).toHaveLength(waiting.length);
    expect(offered.left).not.toContain(`new ${more}`);
  });

  it("does what a list that is searched anew each time does, whatever comes and goes", () => {
    const random = new Xoshiro(7);
    for (let round = 0; round < 200; round += 1) {
      const limit = 1 + random.below(12);
      const [queue, model] = [new OutboundQueue<number>(limit), new NaiveQueue(limit)];
      for (let step = 0; step < 400; step += 1) {
        if (random.f53() < 0.3) expect(queue.take()).toBe(model.take());
        else {
          const rank = random.below(priorities.length);
          const lowerWaited = model.waiting.some((message) => message.rank > rankOf("critical"));
          const admission = queue.offer(rank, step);
          expect(admission).toEqual(model.offer(rank, step));
          const lostCritical =
            (admission.kind === "displaced" && admission.rank === rankOf("critical")) ||
            (admission.kind === "rejected" && rank === rankOf("critical"));
          expect(lostCritical && lowerWaited).toBe(false);
        }
        expect(queue.length).toBe(model.waiting.length);
        expect(queue.length).toBeLessThanOrEqual(limit);
      }
    }
  });
});

/** The rules of the queue as they are stated, each message looked at each time. */
class NaiveQueue {
  readonly limit: number;
  waiting: { readonly rank: number; readonly message: number }[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  offer(rank: number, message: number): Admission {
    if (this.waiting.length < this.limit) {
      this.waiting.push({ rank, message });
      return { kind: "queued" };
    }
    if (rank === rankOf("bulk")) return { kind: "rejected" };
    const candidates = this.waiting.filter((other) => other.rank >= rank);
    if (candidates.length === 0) return { kind: "rejected" };
    const lowest = Math.max(...candidates.map((other) => other.rank));
    this.waiting.splice(
      this.waiting.findIndex((other) => other.rank === lowest),
      1,
    );
    this.waiting.push({ rank, message });
    return { kind: "displaced", rank: lowest };
  }

  take(): number | undefined {
    if (this.waiting.length === 0) return undefined;
    const highest = Math.min(...this.waiting.map(({ rank }) => rank));
    return this.waiting.splice(
      this.waiting.findIndex(({ rank }) => rank === highest),
      1,
    )[0]!.message;
  }
}
