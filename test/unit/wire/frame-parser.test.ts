import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameMemory } from "../../../src/wire/frame-memory.ts";
import { FrameParser, type FrameListener } from "../../../src/wire/frame-parser.ts";
import { cutAt, frameBytes, parseFrames } from "../../support/frame-bytes.ts";

const continuation = 0;
const text = 1;
const binary = 2;
const close = 8;
const ping = 9;
const pong = 10;
const payloadSizes = [0, 1, 124, 125, 126, 127, 1023, 65535, 65536, 70001];

function filled(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, i) => 32 + (i % 90)));
}

function closeBytes(code: number, reason: Buffer | string = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason as string)]);
}

/** One frame of every sort, two fragmented messages with control frames between, and a close frame. */
function mixedStream(maskKey?: number): Buffer {
  const mask = maskKey === undefined ? {} : { maskKey };
  return Buffer.concat([
    frameBytes(text, "hello", mask),
    frameBytes(binary, Buffer.from([0, 255, 7]), mask),
    frameBytes(text, "", mask),
    frameBytes(ping, "are you there", mask),
    frameBytes(text, filled(130), mask),
    frameBytes(text, "gr", { ...mask, fin: false }),
    frameBytes(ping, "", mask),
    frameBytes(continuation, Buffer.from("\u00fc\u00df", "utf8").subarray(0, 3), { ...mask, fin: false }),
    frameBytes(pong, "late", mask),
    frameBytes(continuation, Buffer.from("\u00fc\u00df", "utf8").subarray(3), mask),
    frameBytes(binary, "", { ...mask, fin: false }),
    frameBytes(continuation, "", mask),
    frameBytes(close, closeBytes(1001, "going"), mask),
    frameBytes(text, "after the close frame", mask),
  ]);
}

const mixedEvents = [
  'text "hello"',
  `binary ${JSON.stringify("\u0000\u00ff\u0007")}`,
  'text ""',
  'ping "are you there"',
  `text ${JSON.stringify(filled(130).toString())}`,
  'ping ""',
  'pong "late"',
  'text "gr\u00fc\u00df"',
  'binary ""',
  'close 1001 "going"',
];

const sides = [
  { role: "client", mask: {} },
  { role: "server", mask: { maskKey: 0x8a5b3c1d } },
] as const;

describe.each(sides)("FrameParser as $role", ({ role, mask }) => {
  const maskKey = "maskKey" in mask ? mask.maskKey : undefined;

  it.each(payloadSizes)("reads a message of %i bytes whole and in pieces", (size) => {
    const frame = frameBytes(binary, filled(size), mask);
    const expected = [`binary ${JSON.stringify(filled(size).toString())}`];
    expect(parseFrames([frame], { role })).toEqual(expected);
    expect(parseFrames(cutAt(frame, [1, 2, 3, 7, 13, 20000, 65537]), { role })).toEqual(expected);
  });

  it("gives the same events wherever the stream is split in two", () => {
    const stream = mixedStream(maskKey);
    for (let place = 0; place <= stream.length; place++) {
      expect(parseFrames(cutAt(stream, [place]), { role }), `split at ${place}`).toEqual(mixedEvents);
    }
  });

  it("gives the same events byte by byte", () => {
    const stream = mixedStream(maskKey);
    expect(
      parseFrames(
        Array.from(stream, (byte) => Buffer.of(byte)),
        { role },
      ),
    ).toEqual(mixedEvents);
  });

  it("gives the same events for any splits", () => {
    const stream = mixedStream(maskKey);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 40 }), (places) => {
        expect(parseFrames(cutAt(stream, places), { role })).toEqual(mixedEvents);
      }),
      { numRuns: 300 },
    );
  });

  it("reads any messages in any fragments and splits", () => {
    const message = fc.record({
      isText: fc.boolean(),
      parts: fc.array(fc.string({ unit: "grapheme", maxLength: 200 }), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        fc.array(fc.nat(5000), { maxLength: 10 }),
        (messages, places) => {
          const frames = messages.flatMap(({ isText, parts }) =>
            parts.map((part, i) =>
              frameBytes(i === 0 ? (isText ? text : binary) : continuation, part, {
                ...mask,
                fin: i === parts.length - 1,
              }),
            ),
          );
          const expected = messages.map(({ isText, parts }) =>
            isText
              ? `text ${JSON.stringify(Buffer.from(parts.join("")).toString())}`
              : `binary ${JSON.stringify(Buffer.concat(parts.map((part) => Buffer.from(part))).toString("latin1"))}`,
          );
          expect(parseFrames(cutAt(Buffer.concat(frames), places), { role })).toEqual(expected);
        },
      ),
    );
  });

  it("never throws on garbage and ends in at most one fault or close", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(400), { maxLength: 8 }), (bytes, places) => {
        const events = parseFrames(cutAt(Buffer.from(bytes), places), { role, maxMessageBytes: 300 });
        const last = events.findIndex((event) => event.startsWith("fault") || event.startsWith("close"));
        if (last >= 0) expect(last).toBe(events.length - 1);
      }),
      { numRuns: 1000 },
    );
  });

  it("tells the same of garbage however it is split", () => {
    const opening = fc.constantFrom(0x01, 0x02, 0x81, 0x82, 0x00, 0x80, 0x88, 0x89);
    fc.assert(
      fc.property(
        opening,
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(300), { maxLength: 8 }),
        (first, bytes, places) => {
          const stream = Buffer.from([first, ...bytes]);
          const limits = { role, maxMessageBytes: 100 };
          expect(parseFrames(cutAt(stream, places), limits)).toEqual(parseFrames([stream], limits));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["a reserved data opcode", frameBytes(3, "x", mask), "fault invalid-opcode 1002"],
    ["a reserved control opcode", frameBytes(11, "", mask), "fault invalid-opcode 1002"],
    ["RSV1", frameBytes(text, "x", { ...mask, rsv: 4 }), "fault unexpected-rsv 1002"],
    ["RSV2", frameBytes(text, "x", { ...mask, rsv: 2 }), "fault unexpected-rsv 1002"],
    ["RSV3 on a ping", frameBytes(ping, "", { ...mask, rsv: 1 }), "fault unexpected-rsv 1002"],
    ["a ping in fragments", frameBytes(ping, "", { ...mask, fin: false }), "fault invalid-control-frame 1002"],
    ["a ping of 126 bytes", frameBytes(ping, filled(126), mask), "fault invalid-control-frame 1002"],
    [
      "a ping with a 16-bit length of 5",
      frameBytes(ping, "12345", { ...mask, lengthBytes: 2 }),
      "fault invalid-control-frame 1002",
    ],
    ["a continuation of nothing", frameBytes(continuation, "x", mask), "fault unexpected-continuation 1002"],
    [
      "a message inside a message",
      Buffer.concat([frameBytes(text, "a", { ...mask, fin: false }), frameBytes(text, "b", mask)]),
      "fault expected-continuation 1002",
    ],
    [
      "a length of 125 in 16 bits",
      frameBytes(text, filled(125), { ...mask, lengthBytes: 2 }),
      "fault invalid-length 1002",
    ],
    [
      "a length of 65535 in 64 bits",
      frameBytes(text, filled(65535), { ...mask, lengthBytes: 8 }),
      "fault invalid-length 1002",
    ],
    [
      "a 64-bit length with its top bit",
      Buffer.of(0x82, maskKey ? 255 : 127, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0),
      "fault invalid-length 1002",
    ],
    [
      "a length above 2^53",
      Buffer.of(0x82, maskKey ? 255 : 127, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0),
      "fault message-too-big 1009",
    ],
    ["bad UTF-8", frameBytes(text, Buffer.of(0x61, 0xff), mask), "fault invalid-utf8 1007"],
    ["UTF-8 that stops in the middle", frameBytes(text, Buffer.of(0xe2, 0x82), mask), "fault invalid-utf8 1007"],
    ["a surrogate in UTF-8", frameBytes(text, Buffer.of(0xed, 0xa0, 0x80), mask), "fault invalid-utf8 1007"],
    ["a close frame of one byte", frameBytes(close, "x", mask), "fault invalid-close-payload 1002"],
    ["a bad close reason", frameBytes(close, closeBytes(1000, Buffer.of(0xc0)), mask), "fault invalid-utf8 1007"],
  ])("refuses %s", (_, bytes, expected) => {
    expect(parseFrames([bytes], { role })).toEqual([expected]);
    expect(
      parseFrames(
        Array.from(bytes, (byte) => Buffer.of(byte)),
        { role },
      ),
    ).toEqual([expected]);
  });

  it.each([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65535])("refuses close code %i", (code) => {
    expect(parseFrames([frameBytes(close, closeBytes(code), mask)], { role })).toEqual([
      "fault invalid-close-code 1002",
    ]);
  });

  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    "takes close code %i",
    (code) => {
      expect(parseFrames([frameBytes(close, closeBytes(code, "why"), mask)], { role })).toEqual([
        `close ${code} "why"`,
      ]);
    },
  );

  it("gives 1005 for a close frame without code", () => {
    expect(parseFrames([frameBytes(close, "", mask)], { role })).toEqual(['close 1005 ""']);
  });

  it("takes a message as large as the limit and refuses the next larger from its header alone", () => {
    const limit = { role, maxMessageBytes: 300 };
    expect(parseFrames([frameBytes(binary, filled(300), mask)], limit)).toHaveLength(1);
    expect(parseFrames([frameBytes(binary, filled(301), mask).subarray(0, 8)], limit)).toEqual([
      "fault message-too-big 1009",
    ]);
    expect(parseFrames([frameBytes(binary, "abc", mask)], { role, maxMessageBytes: 2 })).toEqual([
      "fault message-too-big 1009",
    ]);
  });

  it("counts the fragments of a message together against the limit, and nothing else", () => {
    const part = frameBytes(text, filled(90), { ...mask, fin: false });
    const frames = [part, frameBytes(ping, filled(100), mask), frameBytes(continuation, filled(11), mask)];
    expect(parseFrames(frames, { role, maxMessageBytes: 100 }).at(-1)).toBe("fault message-too-big 1009");
    const again = [part, frameBytes(continuation, filled(10), mask), part, frameBytes(continuation, filled(10), mask)];
    expect(parseFrames(again, { role, maxMessageBytes: 100 })).toHaveLength(2);
  });

  it("does not look at a known message any further, not even at its UTF-8", () => {
    const known: string[] = [];
    const frames = [
      frameBytes(text, Buffer.of(0xff), mask),
      frameBytes(text, "b", { ...mask, fin: false }),
      frameBytes(continuation, "c", mask),
    ];
    const events = parseFrames(frames, {
      role,
      takeKnownMessage: (view, start, end) => {
        known.push(Buffer.from(view.buffer as ArrayBuffer, view.byteOffset + start, end - start).toString("latin1"));
        return true;
      },
    });
    expect(known).toEqual(["\u00ff", "bc"]);
    expect(events).toEqual([]);
  });

  it.each(["takeKnownMessage", "onMessage", "onPing"])("tells nothing more once stopped from inside %s", (method) => {
    const calls: string[] = [];
    const told = (name: string) => {
      calls.push(name);
      if (name === method) parser.stop();
      return false;
    };
    const listener: FrameListener = {
      takeKnownMessage: () => told("takeKnownMessage"),
      onMessage: () => void told("onMessage"),
      onPing: () => void told("onPing"),
      onPong: () => void told("onPong"),
      onCloseFrame: () => void told("onCloseFrame"),
      onProtocolFault: () => void told("onProtocolFault"),
    };
    const parser = new FrameParser(listener, { role, maxMessageBytes: 1000 });
    const stream = Buffer.concat([frameBytes(ping, "", mask), mixedStream(maskKey)]);
    const memory = frameMemory(stream);
    parser.feed(memory, 0, stream.length);
    parser.feed(memory, 0, stream.length);
    expect(calls.at(-1)).toBe(method);
    expect(calls.filter((call) => call === method)).toHaveLength(1);
  });
});

describe("FrameParser", () => {
  it("keeps the halves of frames apart that many connections have begun, also when one of them is stopped", () => {
    const streams = Array.from({ length: 300 }, (_, i) =>
      Buffer.concat([frameBytes(ping, `ping of ${i}`), frameBytes(text, `text of ${i}`)]),
    );
    for (const cut of [1, 5, 14]) {
      const told = streams.map((): string[] => []);
      const parsers = told.map((events) => {
        const tell = (bytes: Buffer, start: number, end: number): void =>
          void events.push(bytes.toString("utf8", start, end));
        const ignore = (): void => undefined;
        const listener = { takeKnownMessage: () => false, onMessage: tell, onPing: tell, onPong: ignore };
        return new FrameParser(
          { ...listener, onCloseFrame: ignore, onProtocolFault: ignore },
          { role: "client", maxMessageBytes: 1000 },
        );
      });
      for (const [i, bytes] of streams.entries()) parsers[i]!.feed(frameMemory(bytes), 0, cut);
      parsers[7]!.stop();
      for (const [i, bytes] of streams.entries()) parsers[i]!.feed(frameMemory(bytes), cut, bytes.length);
      const whole = streams.map((_, i) => [`ping of ${i}`, `text of ${i}`]);
      // Cut behind the ping, the stopped one had told that much.
      whole[7] = told[7]!.slice(0, 1);
      expect(told).toEqual(whole);
    }
  });

  it("refuses a mask from a server, and its absence from a client", () => {
    expect(parseFrames([frameBytes(text, "x", { maskKey: 5 })])).toEqual(["fault unexpected-mask 1002"]);
    expect(parseFrames([frameBytes(text, "x")], { role: "server" })).toEqual(["fault expected-mask 1002"]);
  });

  it("holds little memory for a large message of which little has come", () => {
    const before = process.memoryUsage().arrayBuffers;
    const head = frameBytes(binary, filled(8), { lengthBytes: 0 });
    const announced = Buffer.concat([Buffer.of(0x82, 127, 0, 0, 0, 0, 0x3f, 0xff, 0xff, 0xff), head]);
    const parsers = Array.from({ length: 20 }, () => {
      const parser = new FrameParser(silent, { role: "client", maxMessageBytes: 2 ** 30 });
      parser.feed(frameMemory(announced), 0, announced.length);
      return parser;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
    for (const parser of parsers) parser.stop();
  });

  it("reads a large message in many small chunks without copying it over and over", () => {
    const size = 8 * 1024 * 1024;
    let received = 0;
    const parser = new FrameParser(
      { ...silent, onMessage: (bytes, start, end) => void (received += bytes.subarray(start, end).length) },
      { role: "client", maxMessageBytes: size },
    );
    const frame = frameMemory(frameBytes(binary, Buffer.alloc(size, 1)));
    // 8,000 chunks: copying the whole for each would be 32 GiB, far beyond the time a test has.
    for (let at = 0; at < frame.bytes.length; at += 1024)
      parser.feed(frame, at, Math.min(at + 1024, frame.bytes.length));
    expect(received).toBe(size);
  });
});

const silent: FrameListener = {
  takeKnownMessage: () => false,
  onMessage: () => undefined,
  onPing: () => undefined,
  onPong: () => undefined,
  onCloseFrame: () => undefined,
  onProtocolFault: () => undefined,
};
