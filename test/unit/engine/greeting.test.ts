import { describe, expect, it } from "vitest";
import { Greeting } from "../../../src/engine/worker/greeting.ts";
import { MemoryTransport } from "../../support/memory-transport.ts";
import { RecordingListener } from "../../support/recording-listener.ts";

const regex = (pattern: string, flags: string) => ({ kind: "regex", pattern, flags }) as const;

describe("the greeting", () => {
  it("says all first messages in one burst, as they were written", () => {
    const transport = new MemoryTransport(new RecordingListener());
    new Greeting({ firstMessages: ["login", "größe", ""], ready: null }).sendOn(transport, null);
    expect(transport.bursts.map((burst) => burst.map(String))).toEqual([["login", "größe", ""]]);
  });

  it("writes nothing when there is nothing to say", () => {
    const transport = new MemoryTransport(new RecordingListener());
    new Greeting({ firstMessages: [], ready: null }).sendOn(transport, null);
    expect(transport.bursts).toEqual([]);
  });

  it("asks for no sign, and sees none, unless one is given", () => {
    const greeting = new Greeting({ firstMessages: [], ready: null });
    expect([greeting.asksForSign, greeting.isSign("", null)]).toEqual([false, false]);
  });

  it.each([
    [{ kind: "text", pattern: "a+b", flags: "" } as const, "xa+bx", "aab"],
    [regex("^wel", "i"), "Welcome", "a welcome"],
  ])("sees %j in %j and not in %j", (ready, sign, other) => {
    const greeting = new Greeting({ firstMessages: [], ready });
    expect([greeting.asksForSign, greeting.isSign(sign, null), greeting.isSign(other, null)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("names the room of the connection, in what it says and in what it looks for", () => {
    const transport = new MemoryTransport(new RecordingListener());
    const greeting = new Greeting({ firstMessages: ["join {{room}}"], ready: regex("^joined {{room}}$", "") });
    greeting.sendOn(transport, "r1");
    greeting.sendOn(transport, "r2");
    expect(transport.bursts.map((burst) => burst.map(String))).toEqual([["join r1"], ["join r2"]]);
    expect([greeting.isSign("joined r1", "r1"), greeting.isSign("joined r1", "r2")]).toEqual([true, false]);
  });

  it("sees the sign on each connection anew, though the pattern is global or sticky", () => {
    for (const flags of ["g", "y", "gy"]) {
      const greeting = new Greeting({ firstMessages: [], ready: regex("ready", flags) });
      expect([greeting.isSign("ready", null), greeting.isSign("ready", null)]).toEqual([true, true]);
    }
  });
});
