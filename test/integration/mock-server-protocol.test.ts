import { once } from "node:events";
import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { defaultMockOptions, type MockOptions } from "../../src/mock-server/mock-options.ts";
import { startMockServer, type RunningMock } from "../../src/mock-server/mock-server.ts";
import { clientFrame } from "../support/client-frame.ts";
import { FrameClient } from "../support/frame-client.ts";

const text = 0x81;
const binary = 0x82;
let mock: RunningMock;

async function restart(options: Partial<MockOptions>): Promise<void> {
  await mock.close();
  mock = await startMockServer({ ...defaultMockOptions, ...options });
}

beforeEach(async () => {
  mock = await startMockServer(defaultMockOptions);
});

afterEach(async () => {
  await mock.close();
});

describe("HTTP", () => {
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${mock.port}${path}`, { headers: { connection: "close", ...headers } });

  it("tells its health and its books", async () => {
    const health = await get("/healthz");
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
    const stats = (await (await get("/stats")).json()) as Record<string, unknown>;
    expect(stats).toMatchObject({
      schema: "floodgate.mock-stats/1",
      connectionsAccepted: 0,
      messagesIn: 0,
      pid: process.pid,
    });
    expect(stats.rssBytes).toBeGreaterThan(0);
    expect(stats.uptimeMs).toBeGreaterThanOrEqual(0);
  });

  it("answers plain requests with 426 on the WebSocket path and 404 elsewhere", async () => {
    const upgrade = await get("/");
    expect([upgrade.status, upgrade.headers.get("upgrade")]).toEqual([426, "websocket"]);
    expect((await get("/nothing")).status).toBe(404);
  });
});

describe("the handshake", () => {
  it.each([
    [426, { "sec-websocket-version": "8" }],
    [400, { "sec-websocket-key": "short" }],
    [400, { upgrade: "h2c" }],
  ])("refuses with %d what RFC 6455 forbids: %o", async (status, headers) => {
    expect(await statusOf(headers)).toBe(status);
    expect(mock.books()).toMatchObject({ refusedHandshake: 1, connectionsAccepted: 0 });
  });

  it("wants its bearer token", async () => {
    await restart({ bearer: "s3cret" });
    expect(await statusOf()).toBe(401);
    expect(await statusOf({ authorization: "Bearer wrong" })).toBe(401);
    expect(await statusOf({ authorization: "Bearer s3cret" })).toBe(101);
    expect(mock.books()).toMatchObject({ refusedBearer: 2, connectionsAccepted: 1 });
  });

  it("takes no more than the allowed connections, and new ones when one has left", async () => {
    await restart({ maxConnections: 2 });
    const first = await FrameClient.open(mock.url);
    const second = await FrameClient.open(mock.url);
    expect(await statusOf()).toBe(503);
    first.send(0x88, "");
    await first.ended();
    while (mock.books().connectionsOpen! > 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await statusOf()).toBe(101);
    expect(mock.books()).toMatchObject({ refusedLimit: 1, connectionsAccepted: 3, connectionsPeak: 2 });
    second.socket.destroy();
  });

  it("refuses the planned share of attempts, the same ones for the same seed", async () => {
    const statuses = async (): Promise<number[]> => {
      await restart({ refuseRatio: 0.5, seed: 5 });
      const found = [];
      for (let attempt = 0; attempt < 12; attempt++) found.push(await statusOf());
      return found;
    };
    const first = await statuses();
    expect(new Set(first)).toEqual(new Set([101, 503]));
    expect(mock.books().refusedFault).toBe(first.filter((status) => status === 503).length);
    expect(await statuses()).toEqual(first);
  });

  it("takes the first subprotocol offered", async () => {
    const socket = new WebSocket(mock.url, ["chat.v2", "chat.v1"], { perMessageDeflate: false });
    await once(socket, "open");
    expect(socket.protocol).toBe("chat.v2");
    socket.close();
    await once(socket, "close");
  });

  it("compresses only when that is offered", async () => {
    for (const perMessageDeflate of [true, false]) {
      const socket = new WebSocket(mock.url, { perMessageDeflate });
      await once(socket, "open");
      expect(socket.extensions).toBe(perMessageDeflate ? "permessage-deflate" : "");
      socket.close();
      await once(socket, "close");
    }
  });

  /** Asks for an upgrade with Node's own client: 101, or the status of the refusal. */
  function statusOf(headers: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = request(mock.url.replace("ws:", "http:"), { headers: { ...upgradeHeaders, ...headers } });
      asked.on("upgrade", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode ?? 0);
      });
      asked.on("response", (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
      });
      asked.on("error", reject);
      asked.end();
    });
  }
});

const upgradeHeaders = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

describe("frames", () => {
  it("answers text and binary in their own kind, at every size of the length field", async () => {
    const socket = new WebSocket(mock.url, { perMessageDeflate: false });
    await once(socket, "open");
    for (const size of [0, 1, 125, 126, 127, 65_535, 65_536, 300_000]) {
      for (const isText of [true, false]) {
        const payload = Buffer.alloc(size, "abcdefg");
        socket.send(payload, { binary: !isText });
        const [answer, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
        expect(isBinary).toBe(!isText);
        expect(answer.equals(payload)).toBe(true);
      }
    }
    socket.close(3001);
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(3001);
    while (mock.books().connectionsOpen! > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(mock.books()).toMatchObject({ connectionsLost: 0, connectionsClosed: 1, messagesIn: 16, messagesOut: 16 });
  });

  it("answers the same however the bytes are split", async () => {
    const client = await FrameClient.open(mock.url);
    const bytes = Buffer.concat([
      clientFrame(text, Buffer.from("hello")),
      clientFrame(0x01, Buffer.from("frag")),
      clientFrame(0x89, Buffer.from("ping")),
      clientFrame(0x80, Buffer.from("ment")),
      clientFrame(binary, Buffer.alloc(200, "x")),
      clientFrame(text, Buffer.from("gr\u00fcn")),
    ]);
    const answer = Buffer.concat([
      Buffer.from([text, 5]),
      Buffer.from("hello"),
      Buffer.from([0x8a, 4]),
      Buffer.from("ping"),
      Buffer.from([text, 8]),
      Buffer.from("fragment"),
      Buffer.from([binary, 126, 0, 200]),
      Buffer.alloc(200, "x"),
      Buffer.from([text, 5]),
      Buffer.from("gr\u00fcn"),
    ]);
    for (let place = 0; place < bytes.length; place++) {
      const soFar = client.received.length;
      client.socket.write(bytes.subarray(0, place));
      await new Promise((resolve) => setImmediate(resolve));
      client.socket.write(bytes.subarray(place));
      await client.until(() => client.received.length >= soFar + answer.length);
      expect(client.received.subarray(soFar).equals(answer), `split at ${place}`).toBe(true);
    }
    client.socket.destroy();
  });

  it.each([
    ["expected-mask", 1002, Buffer.from([0x81, 1, 0x61])],
    ["unexpected-rsv", 1002, Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 0x61])],
    ["invalid-opcode", 1002, Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    ["unexpected-continuation", 1002, Buffer.from([0x80, 0x80, 0, 0, 0, 0])],
    ["invalid-close-code", 1002, Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed])],
    ["invalid-utf8", 1007, Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff])],
    ["message-too-big", 1009, Buffer.from([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4])],
  ])("answers %s with close code %d, and messages before it as usual", async (kind, code, bytes) => {
    await restart({ maxMessageBytes: 1000 });
    const client = await FrameClient.open(mock.url);
    client.send(text, "before");
    client.socket.write(bytes);
    client.send(text, "behind");
    await client.ended();
    expect(client.text.slice(2, 8)).toBe("before");
    expect(client.closeCode()).toBe(code);
    expect(client.text).not.toContain("behind");
    expect(mock.books()).toMatchObject({
      protocolErrors: 1,
      [`protocolErrors.${kind}`]: 1,
      messagesIn: 1,
      connectionsLost: 0,
    });
  });

  it("answers a compressed client's oversize message with 1009", async () => {
    await restart({ maxMessageBytes: 1000 });
    const socket = new WebSocket(mock.url);
    await once(socket, "open");
    socket.send("x".repeat(1001));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1009);
    expect(mock.books()).toMatchObject({ protocolErrors: 1, "protocolErrors.message-too-big": 1 });
  });

  it("counts a peer that leaves without a close frame", async () => {
    const client = await FrameClient.open(mock.url);
    client.socket.end();
    await client.ended();
    while (mock.books().connectionsOpen! > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(mock.books()).toMatchObject({ connectionsLost: 1, connectionsClosed: 1 });
  });

  it("takes everything and answers nothing as a sink", async () => {
    await restart({ mode: "sink" });
    const client = await FrameClient.open(mock.url);
    for (let index = 0; index < 100; index++) client.send(text, "x".repeat(index));
    client.send(0x89, "done");
    await client.until(() => client.text.includes("done"));
    expect(client.received.length).toBe(6);
    expect(mock.books()).toMatchObject({ messagesIn: 100, messagesOut: 0, payloadBytesIn: 4950 });
    client.socket.destroy();
  });
});

describe("a peer that does not read", () => {
  it.each([{}, { duplicateRatio: 0.5 }])(
    "is not read from either, so that memory stays bounded (%o)",
    async (options) => {
      await restart(options);
      const client = await FrameClient.open(mock.url);
      client.socket.pause();
      const payload = Buffer.alloc(32 * 1024, "x");
      // More than both kernels' buffers hold: the client's own backlog stops shrinking.
      const messages = 2000;
      for (let index = 0; index < messages; index++) client.send(binary, payload);
      // Both ends are in this process, on one event loop: what the server would read, it reads in the next turn.
      let taken = -1;
      for (let idleTurns = 0; idleTurns < 1000; idleTurns++) {
        if (taken !== mock.books().messagesIn) idleTurns = 0;
        taken = mock.books().messagesIn!;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(client.socket.writableLength).toBeGreaterThan(0);
      expect(taken).toBeLessThan(messages);
      const stats = mock.books();
      const kernelBytes = 16 * 1024 * 1024;
      expect(stats.payloadBytesOut).toBeLessThan(kernelBytes);

      let received = 0;
      client.socket.removeAllListeners("data");
      client.socket.on("data", (chunk: Buffer) => (received += chunk.length));
      client.socket.resume();
      const answers = (): number => mock.books().messagesOut!;
      while (mock.books().messagesIn! < messages || received < answers() * (payload.length + 4)) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(received).toBe(answers() * (payload.length + 4));
      client.socket.destroy();
    },
  );

  it("gets its own answers when it reads on, whatever other connections were sent meanwhile", async () => {
    const clients = await Promise.all(["a", "b", "c", "d"].map(() => FrameClient.open(mock.url)));
    const messages = 2000;
    const payloadBytes = 8 * 1024;
    for (const client of clients) client.socket.pause();
    const payload = (connection: number, index: number): Buffer =>
      Buffer.alloc(payloadBytes, `connection ${connection}, message ${index}.`);
    for (let index = 0; index < messages; index++) {
      clients.forEach((client, connection) => client.send(binary, payload(connection, index)));
      if (index % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(mock.books().messagesIn).toBeLessThan(clients.length * messages);
    await Promise.all(
      clients.map(async (client, connection) => {
        const frameBytes = payloadBytes + 4;
        let index = 0;
        let kept = Buffer.alloc(0);
        client.socket.removeAllListeners("data");
        await new Promise<void>((resolve) => {
          client.socket.on("data", (chunk: Buffer) => {
            kept = Buffer.concat([kept, chunk]);
            while (kept.length >= frameBytes) {
              const isOwn = kept.subarray(4, frameBytes).equals(payload(connection, index));
              expect(isOwn, `answer ${index} of connection ${connection}`).toBe(true);
              kept = kept.subarray(frameBytes);
              if (++index === messages) resolve();
            }
          });
          client.socket.resume();
        });
        client.socket.destroy();
      }),
    );
  });
});

describe("the end of the server", () => {
  it("flushes pending answers, closes with 1001 and says what it did", async () => {
    await restart({ latency: { kind: "fixed", ms: 60_000 } });
    const client = await FrameClient.open(mock.url);
    for (let index = 0; index < 10; index++) client.send(text, `message ${index}`);
    while (mock.books().messagesIn! < 10) await new Promise((resolve) => setImmediate(resolve));
    const statistics = await mock.close();
    await client.ended();
    expect(client.text.match(/message \d/g)).toHaveLength(10);
    expect(client.closeCode()).toBe(1001);
    expect(statistics).toMatchObject({
      pendingFlushed: 10,
      pendingDropped: 0,
      connectionsClosed: 1,
      backgroundTasksStopped: 2,
    });
    expect(statistics.durationMs).toBeGreaterThan(0);
    expect(mock.books()).toMatchObject({ connectionsOpen: 0, connectionsLost: 0, unansweredAtClose: 0 });
  });

  it("closes compressed sessions with 1001 as well", async () => {
    const socket = new WebSocket(mock.url);
    await once(socket, "open");
    const closed = once(socket, "close");
    const statistics = await mock.close();
    expect((await closed)[0]).toBe(1001);
    expect(statistics.connectionsClosed).toBe(1);
  });

  it("drops what a peer does not take in time, and ends all the same", async () => {
    await restart({ latency: { kind: "fixed", ms: 60_000 } });
    const client = await FrameClient.open(mock.url);
    client.socket.pause();
    const payload = Buffer.alloc(64 * 1024);
    for (let index = 0; index < 200; index++) client.send(binary, payload);
    while (mock.books().messagesIn! < 200) await new Promise((resolve) => setImmediate(resolve));
    const statistics = await mock.close();
    expect(statistics.pendingFlushed + statistics.pendingDropped).toBe(200);
    expect(statistics.pendingDropped).toBeGreaterThan(0);
    expect(mock.books()).toMatchObject({ connectionsOpen: 0, unansweredAtClose: statistics.pendingDropped });
    client.socket.destroy();
  });

  it("gives the same statistics to everyone who asks, and takes no connection any more", async () => {
    const [first, second] = await Promise.all([mock.close(), mock.close()]);
    expect(second).toBe(first);
    await expect(FrameClient.open(mock.url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("starting", () => {
  it("names a port that is in use, and the way out", async () => {
    await expect(startMockServer({ ...defaultMockOptions, port: mock.port })).rejects.toMatchObject({
      message: `port ${mock.port} on 127.0.0.1 is already in use`,
      hint: expect.stringContaining("--port 0") as string,
      exitCode: 2,
    });
  });

  it("refuses a stall that would never end", async () => {
    const stall = { durationMs: 1000, everyMs: 1000 };
    await expect(startMockServer({ ...defaultMockOptions, stall })).rejects.toMatchObject({ exitCode: 2 });
  });
});
