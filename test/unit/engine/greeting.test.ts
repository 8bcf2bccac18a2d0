import { describe, expect, it } from "vitest";
import { Greeting } from "../../../src/engine/worker/greeting.ts";
import { MemoryTransport } from "../../support/memory-transport.ts";
import { RecordingListener } from "../../support/recording-listener.ts";

const regex = (pattern: string, flags: string) => ({ kind: "regex", pattern, flags }) as const;

describe("the greeting", () => {
  it("says all first messages in one burst, as they were written", () => {
    const transport = new MemoryTransport(new RecordingListener());
    new Greeting({ firstMessages: ["login", "größe", ""], ready: null }).sendOn(transport);
    expect(transport.bursts.map((burst) => burst.map(String))).toEqual([["login", "größe", ""]]);
  });

  it("writes nothing when there is nothing to say", () => {
    const transport = new MemoryTransport(new RecordingListener());
    new Greeting({ firstMessages: [], ready: null }).sendOn(transport);
    expect(transport.bursts).toEqual([]);
  });

  it("asks for no sign, and sees none, unless one is given", () => {
    const greeting = new Greeting({ firstMessages: [], ready: null });
    expect([greeting.asksForSign, greeting.isSign("")]).toEqual([false, false]);
  });

  it.each([
    [{ kind: "text", pattern: "a+b", flags: "" } as const, "xa+bx", "aab"],
    [regex("^wel", "i"), "Welcome", "a welcome"],
  ])("sees %j in %j and not in %j", (ready, sign, other) => {
    const greeting = new Greeting({ firstMessages: [], ready });
    expect([greeting.asksForSign, greeting.isSign(sign), greeting.isSign(other)]).toEqual([true, true, false]);
  });

  it("sees the sign on each connection anew, though the pattern is global or sticky", () => {
    for (const flags of ["g", "y", "gy"]) {
      const greeting = new Greeting({ firstMessages: [], ready: regex("ready", flags) });
      expect([greeting.isSign("ready"), greeting.isSign("ready")]).toEqual([true, true]);
    }
  });
});
