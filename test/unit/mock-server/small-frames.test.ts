import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameBytes, frameFound, SmallFrames } from "../../../src/mock-server/small-frames.ts";
import { frameMemory } from "../../../src/wire/frame-memory.ts";
import { clientFrame } from "../../support/client-frame.ts";

/** Answers all frames of a chunk, as the echo does. */
function echoAll(chunk: Buffer, frames: SmallFrames): { answers: Buffer; at: number; found: number } {
  const memory = frameMemory(chunk);
  const answers = frameMemory(Buffer.alloc(chunk.length));
  let at = 0;
  let end = 0;
  let found: number = frameFound.message;
  while (at < chunk.length) {
    found = frames.readAndAnswer(memory, at, chunk.length, answers, end);
    if (found !== frameFound.message) break;
    at = frames.frameEnd;
    end = frames.payloadEnd;
  }
  return { answers: answers.bytes.subarray(0, end), at, found };
}

/** The payloads of all frames of a chunk, unmasked where they lie. */
function readAll(chunk: Buffer, frames: SmallFrames): Buffer[] {
  const memory = frameMemory(chunk);
  const payloads: Buffer[] = [];
  let at = 0;
  while (at < chunk.length && frames.read(memory, at, chunk.length) === frameFound.message) {
    payloads.push(chunk.subarray(frames.payloadStart, frames.payloadEnd));
    at = frames.frameEnd;
  }
  return payloads;
}

function serverFrame(first: number, payload: Buffer): Buffer {
  const header =
    payload.length < 126
      ? Buffer.from([first, payload.length])
      : Buffer.from([first, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, payload]);
}

describe("SmallFrames", () => {
  it("turns any row of small frames into their unmasked answers, and reads them in place", () => {
    const message = fc.record({
      payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      mask: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), (messages) => {
        const chunk = Buffer.concat(messages.map(({ payload, mask }) => clientFrame(0x82, payload, mask)));
        const wanted = Buffer.concat(messages.map(({ payload }) => serverFrame(0x82, payload)));
        const unchanged = Buffer.from(chunk);
        expect(echoAll(chunk, new SmallFrames(1000)).answers).toEqual(wanted);
        expect(chunk).toEqual(unchanged);
        expect(readAll(chunk, new SmallFrames(1000))).toEqual(messages.map(({ payload }) => payload));
      }),
    );
  });

  it("stops before a frame whose end is missing, at every place of the cut", () => {
    const whole = clientFrame(0x81, Buffer.from("first"));
    const next = clientFrame(0x81, Buffer.alloc(200, "x"));
    for (let length = 1; length < next.length; length++) {
      const { at, found } = echoAll(Buffer.concat([whole, next.subarray(0, length)]), new SmallFrames(1000));
      expect([at, found]).toEqual([whole.length, frameFound.incomplete]);
    }
  });

  it("reads nothing behind the end of what came", () => {
    const chunk = clientFrame(0x81, Buffer.from("first"));
    const frames = new SmallFrames(1000);
    expect(frames.read(frameMemory(chunk), 0, chunk.length - 1)).toBe(frameFound.incomplete);
    expect(frames.read(frameMemory(chunk), 0, chunk.length)).toBe(frameFound.message);
  });

  it.each([
    ["a ping", clientFrame(0x89, Buffer.from("x"))],
    ["a fragment", clientFrame(0x01, Buffer.from("x"))],
    ["a frame without mask", serverFrame(0x81, Buffer.from("x"))],
    ["a reserved bit", clientFrame(0xc1, Buffer.from("x"))],
    ["a frame above the limit", clientFrame(0x81, Buffer.alloc(1001, "x"))],
    ["a long frame", clientFrame(0x82, Buffer.alloc(70_000))],
    ["a length not in its shortest form", Buffer.from([0x81, 0xfe, 0, 5, 1, 2, 3, 4, 0, 0, 0, 0, 0])],
  ])("leaves %s to the parser, unchanged", (_, frame) => {
    const chunk = Buffer.from(frame);
    expect(new SmallFrames(1000).read(frameMemory(chunk), 0, chunk.length)).toBe(frameFound.other);
    expect(chunk).toEqual(frame);
  });

  it("tells text that is not UTF-8 from text that is, and lets binary be", () => {
    const found = (first: number, payload: Buffer): number => {
      const chunk = clientFrame(first, payload);
      return new SmallFrames(1000).read(frameMemory(chunk), 0, chunk.length);
    };
    expect(found(0x81, Buffer.from("gr\u00fc\u00df"))).toBe(frameFound.message);
    expect(found(0x81, Buffer.from([0x41, 0x42, 0x43, 0x44, 0xff]))).toBe(frameFound.invalidUtf8);
    expect(found(0x82, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]))).toBe(frameFound.message);
  });
});

describe("frameBytes", () => {
  it("gives the size of a frame as soon as its header is whole, and 0 before", () => {
    for (const payloadBytes of [0, 1, 125, 126, 65_535, 65_536]) {
      const frame = clientFrame(0x82, Buffer.alloc(payloadBytes));
      const headerBytes = frame.length - payloadBytes;
      expect(frameBytes(frame, 0, frame.length)).toBe(frame.length);
      expect(frameBytes(frame, 0, headerBytes)).toBe(frame.length);
      expect(frameBytes(frame, 0, headerBytes - 1)).toBe(0);
    }
  });
});
