import { describe, expect, it } from "vitest";
import { frameMemory } from "../../../src/wire/frame-memory.ts";
import { FrameParser } from "../../../src/wire/frame-parser.ts";
import { maskedPayload, oddFrameBytes, type OddFrame } from "../../../src/wire/odd-frame.ts";

/** What a server makes of these bytes. */
function readBy(bytes: Buffer, maxMessageBytes = 1 << 20): readonly string[] {
  const events: string[] = [];
  const parser = new FrameParser(
    {
      takeKnownMessage: () => false,
      onMessage: (memory, start, end, isText) =>
        events.push(`${isText ? "text" : "binary"} ${end - start} ${memory.toString("utf8", start, start + 5)}`),
      onPing: (memory, start, end) => events.push(`ping ${memory.toString("utf8", start, end)}`),
      onPong: () => events.push("pong"),
      onCloseFrame: (code) => events.push(`close ${code}`),
      onProtocolFault: ({ kind }) => events.push(kind),
    },
    { role: "server", maxMessageBytes },
  );
  parser.feed(frameMemory(bytes), 0, bytes.length);
  return events;
}

const frame = (changes: Partial<OddFrame> = {}): Buffer =>
  oddFrameBytes({ opcode: 1, payload: Buffer.from("hello"), ...changes });

describe("an odd frame", () => {
  it.each([1, 125, 126, 65_535, 65_536])("is a good one when nothing is odd: %i bytes", (size) => {
    expect(readBy(frame({ payload: Buffer.alloc(size, "hello") }))[0]).toMatch(new RegExp(`^text ${size} h`));
  });

  it.each<[Partial<OddFrame>, string]>([
    [{ isMasked: false }, "expected-mask"],
    [{ reserved: 7 }, "unexpected-rsv"],
    [{ opcode: 3 }, "invalid-opcode"],
    [{ opcode: 9, isFinal: false }, "invalid-control-frame"],
    [{ opcode: 0 }, "unexpected-continuation"],
    [{ opcode: 8, payload: Uint8Array.of(3) }, "invalid-close-payload"],
    [{ declaredBytes: 2 ** 31 }, "message-too-big"],
  ])("%j is the fault %s to a server", (changes, fault) => {
    expect(readBy(frame(changes))).toEqual([fault]);
  });

  it("can be followed by its payload in parts", () => {
    const payload = Buffer.alloc(1000, "hello");
    const head = frame({ payload: Buffer.alloc(0), declaredBytes: payload.length });
    const parts = [0, 400, 800].map((at) => maskedPayload(payload.subarray(at, at + 400)));
    expect(readBy(Buffer.concat([head, ...parts]))).toEqual(["text 1000 hello"]);
  });
});
