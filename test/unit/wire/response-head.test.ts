import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxHeadBytes, ResponseHeadReader, type HeadReading } from "../../../src/wire/response-head.ts";
import { cutAt } from "../../support/frame-bytes.ts";

/** The last reading, and how many bytes were left unread behind the head. */
function readChunks(chunks: readonly Buffer[]): { readonly reading: HeadReading; readonly body: string } {
  const reader = new ResponseHeadReader();
  let reading: HeadReading = { kind: "more" };
  for (const [i, chunk] of chunks.entries()) {
    reading = reader.read(chunk, 0, chunk.length);
    if (reading.kind === "more") continue;
    const bodyStart = reading.kind === "head" ? reading.bodyStart : chunk.length;
    return { reading, body: Buffer.concat([chunk.subarray(bodyStart), ...chunks.slice(i + 1)]).toString("latin1") };
  }
  return { reading, body: "" };
}

const answer = Buffer.from(
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX-A: 1\r\nx-a:  2 \r\n\r\n\u0081\u0002hi",
  "latin1",
);

describe("ResponseHeadReader", () => {
  it("reads status, reason and headers, and leaves what follows, however it is split", () => {
    for (let place = 0; place <= answer.length; place++) {
      const { reading, body } = readChunks(cutAt(answer, [place]));
      if (reading.kind !== "head") throw new Error(`${reading.kind} when split at ${place}`);
      expect(reading.head.status).toBe(101);
      expect(reading.head.reason).toBe("Switching Protocols");
      expect([...reading.head.headers]).toEqual([
        ["upgrade", "websocket"],
        ["x-a", "1, 2"],
      ]);
      expect(body).toBe("\u0081\u0002hi");
    }
  });

  it("reads the part of a chunk it is given", () => {
    const reading = new ResponseHeadReader().read(Buffer.concat([Buffer.from("zz"), answer]), 2, 2 + answer.length);
    expect(reading).toMatchObject({ kind: "head", bodyStart: 2 + answer.length - 4 });
  });

  it.each([
    ["another protocol", "SSH-2.0-OpenSSH", "SSH-2.0-OpenSSH"],
    ["its first wrong byte", "HTTX", "HTTX"],
    ["HTTP/2", "HTTP/2 200 OK\r\n\r\n", "HTTP/2"],
    ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 20 OK"],
    ["a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "nonsense"],
    ["a header name with a blank", "HTTP/1.1 200 OK\r\nA B: c\r\n\r\n", "A B: c"],
    ["bare line feeds", "HTTP/1.1 200 OK\nA: b\n\n", "line ends"],
    ["a TLS alert", "\u0015\u0003\u0001", "wss://"],
  ])("refuses %s as not HTTP", (_name, text, example) => {
    const { reading } = readChunks([Buffer.from(text, "latin1")]);
    expect(reading.kind).toBe("not-http");
    expect("example" in reading && reading.example).toContain(example);
  });

  it("takes an answer without reason and without headers", () => {
    expect(readChunks([Buffer.from("HTTP/1.0 404\r\n\r\n")]).reading).toMatchObject({
      head: { status: 404, reason: "" },
    });
  });

  it("takes a head as large as the limit and refuses a larger one before its end", () => {
    const start = "HTTP/1.1 200 OK\r\nX: ";
    const largest = `${start.padEnd(maxHeadBytes, "y")}\r\n\r\n`;
    expect(readChunks([Buffer.from(largest)]).reading.kind).toBe("head");
    expect(readChunks([Buffer.from(start.padEnd(maxHeadBytes + 1, "y"))]).reading.kind).toBe("too-big");
    expect(readChunks([Buffer.from(start.padEnd(maxHeadBytes, "y"))]).reading.kind).toBe("more");
  });

  it("refuses more than 100 headers", () => {
    const lines = (count: number) => `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(count)}\r\n`;
    expect(readChunks([Buffer.from(lines(100))]).reading.kind).toBe("head");
    expect(readChunks([Buffer.from(lines(101))]).reading.kind).toBe("too-big");
  });

  it("never throws on garbage", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200), { maxLength: 5 }), (bytes, places) => {
        const stream = Buffer.concat([Buffer.from("HTTP/1.1 "), Buffer.from(bytes)]);
        expect(["more", "head", "not-http"]).toContain(readChunks(cutAt(stream, places)).reading.kind);
      }),
    );
  });
});
