import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { ConnectPlan } from "../../src/plan/plan.ts";
import { failureCode, type Failure } from "../../src/errors/failure.ts";
import { makeTransportOpener } from "../../src/transport/open-transport.ts";
import { openRawTransport } from "../../src/transport/raw-transport.ts";
import { makeTransportContext, type TransportContext } from "../../src/transport/transport-context.ts";
import type { Transport, TransportListener } from "../../src/transport/transport.ts";
import { openWsTransport } from "../../src/transport/ws-transport.ts";
import { frameBytes } from "../support/frame-bytes.ts";
import { outgoingMessage } from "../support/outgoing-message.ts";
import { startRawPeer, type PeerConnection, type RawPeer, type RawPeerOptions } from "../support/raw-peer.ts";
import { RecordingListener } from "../support/recording-listener.ts";
import { selfSignedCertificate } from "../support/self-signed-certificate.ts";
import { upgradeResponse } from "../support/upgrade-response.ts";

const [continuation, text, binary, close, ping, pong] = [0, 1, 2, 8, 9, 10] as const;

interface Given {
  readonly connect?: Partial<ConnectPlan>;
  readonly maxMessageBytes?: number;
  readonly closeTimeoutMs?: number;
}

function contextFor(url: string, given: Given = {}): TransportContext {
  const connect: ConnectPlan = {
    url,
    ratePerSecond: null,
    timeoutMs: 20_000,
    headers: [],
    localAddresses: [],
    subprotocols: [],
    compress: false,
    tls: { insecure: false, caPem: null, certPem: null, keyPem: null },
    firstMessages: [],
    ready: null,
    reconnect: null,
    disturb: { churnPerSecond: 0, dropAllAtMs: null },
    ...given.connect,
  };
  const limits = { maxBufferedBytes: 1 << 20, maxMessageBytes: given.maxMessageBytes ?? 16 * 1024 * 1024 };
  const closeTimeoutMs = given.closeTimeoutMs ?? 20_000;
  return makeTransportContext({ connect, limits, closeTimeoutMs }, () => performance.now());
}

function send(transport: Transport, ...contents: readonly (string | Buffer)[]): void {
  transport.beginBurst();
  for (const content of contents) transport.writeMessage(outgoingMessage(content));
  transport.endBurst();
}

function closeBytes(code: number, reason = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

function nameOf(failure: Failure | undefined): string {
  return failure === undefined ? "none" : `${failureCode(failure)} ${failure.blame}`;
}

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Opener = (listener: TransportListener, context: TransportContext, localAddress?: string) => Transport;

describe.each([
  ["RawTransport", openRawTransport, {}],
  ["WsTransport", openWsTransport, {}],
  ["WsTransport asking for compression", openWsTransport, { compress: true }],
] as [string, Opener, Partial<ConnectPlan>][])("%s", (_, opener, connectAlways) => {
  function start(url: string, given: Given = {}, localAddress?: string) {
    const listener = new RecordingListener();
    const connect = { ...connectAlways, ...given.connect };
    const transport = opener(listener, contextFor(url, { ...given, connect }), localAddress);
    undo.push(() => {
      transport.destroy();
      expect(listener.late).toEqual([]);
    });
    return { listener, transport };
  }

  async function peer(options: RawPeerOptions = {}): Promise<RawPeer> {
    const server = await startRawPeer(options);
    undo.push(() => server.stop());
    return server;
  }

  async function connected(given: Given = {}, options: RawPeerOptions = {}) {
    const server = await peer(options);
    const { listener, transport } = start(server.url, given);
    const connection = await server.next();
    await listener.open();
    return { listener, transport, connection, server };
  }

  async function echoServer(options: object = {}): Promise<string> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: 64 * 1024 * 1024, ...options });
    server.on("connection", (socket) => {
      socket.on("error", () => undefined);
      socket.on("message", (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
    });
    await once(server, "listening");
    undo.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  describe("messages", () => {
    it("come back as sent from a ws server, whatever their size and type", async () => {
      const { listener, transport } = start(await echoServer());
      await listener.open();
      const sizes = [0, 1, 2, 3, 4, 5, 64, 125, 126, 127, 65535, 65536, 70_003, 300_001];
      const texts = sizes.map((size) => "abcdefg".repeat(size / 7 + 1).slice(0, size));
      const bytes = sizes.map((size) => Buffer.alloc(size, 0xa7));
      send(transport, ...texts, ...bytes);
      await listener.until(() => listener.messages.length === 2 * sizes.length);
      expect(listener.messages).toEqual([...texts, ...bytes.map((each) => `hex:${each.toString("hex")}`)]);
    });

    it("of any fragments arrive whole, with pings between them answered", async () => {
      const { listener, connection } = await connected();
      connection.socket.write(
        Buffer.concat([
          frameBytes(text, "one "),
          frameBytes(text, "two ", { fin: false }),
          frameBytes(ping, "first"),
          frameBytes(continuation, Buffer.of(0xc3), { fin: false }),
          frameBytes(ping, ""),
          frameBytes(continuation, Buffer.of(0xa4)),
          frameBytes(pong, "unasked"),
          frameBytes(binary, Buffer.of(1, 2, 3)),
        ]),
      );
      await listener.until(() => listener.messages.length === 3);
      expect(listener.messages).toEqual(["one ", "two \u00e4", "hex:010203"]);
      await connection.until(() => connection.events.length === 2);
      expect(connection.events).toEqual(['pong "first"', 'pong ""']);
    });

    it("arrive whole when each byte comes in a segment of its own", async () => {
      const { listener, connection } = await connected();
      const stream = Buffer.concat([
        frameBytes(text, "slow"),
        frameBytes(binary, "b".repeat(130)),
        frameBytes(ping, "p"),
      ]);
      connection.socket.setNoDelay(true);
      for (const byte of stream) {
        connection.socket.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await connection.until(() => connection.events.length === 1);
      expect(listener.messages).toEqual(["slow", `hex:${"62".repeat(130)}`]);
    });

    it("sent with the answer to the upgrade are not lost", async () => {
      const answer = (key: string) => Buffer.concat([Buffer.from(upgradeResponse(key)), frameBytes(text, "welcome")]);
      const { listener } = await connected({}, { answer });
      await listener.until(() => listener.messages.length === 1);
      expect(listener.messages).toEqual(["welcome"]);
    });

    it("that are known are not told again, and a read ends once they all are", async () => {
      const { listener, connection } = await connected();
      const known: string[] = [];
      listener.take = (bytes) => {
        known.push(bytes.toString());
        return bytes.toString() !== "c";
      };
      connection.socket.write(Buffer.concat(["a", "b", "c", "d"].map((each) => frameBytes(text, each))));
      await listener.until(() => known.length === 4 && listener.readEnds > 0);
      expect(known).toEqual(["a", "b", "c", "d"]);
      expect(listener.messages).toEqual(["c"]);
      expect(listener.readEnds).toBeLessThanOrEqual(4);
    });

    it("may be answered from inside every call", async () => {
      const { listener, transport, connection } = await connected();
      let answered = 0;
      const answer = (event: string) => {
        if (answered < 20) send(transport, `${event} ${++answered}`);
      };
      listener.take = () => {
        answer("take");
        return false;
      };
      listener.on = answer;
      connection.socket.write(Buffer.concat([frameBytes(text, "a"), frameBytes(ping, "x"), frameBytes(text, "b")]));
      await connection.until(() => connection.events.length >= 6);
      const sent = connection.events.filter((event) => event.startsWith("text"));
      const numbers = sent.map((event) => Number(/\d+/.exec(event)?.[0]));
      expect(numbers).toEqual(numbers.map((_number, i) => i + 1));
      expect(connection.events).toContain('pong "x"');
    });

    it("stop at once when the listener destroys the connection while reading", async () => {
      const { listener, transport, connection } = await connected();
      listener.take = () => {
        transport.destroy();
        return false;
      };
      connection.socket.write(Buffer.concat([frameBytes(text, "a"), frameBytes(text, "b"), frameBytes(close, "")]));
      const end = await listener.end();
      expect(listener.messages).toEqual([]);
      expect(listener.readEnds).toBe(0);
      expect(end).toMatchObject({ opened: true, closeCode: 1006, failure: undefined });
    });

    it("of several transports with open bursts at once all arrive, each in its order", async () => {
      const server = await peer();
      const given = contextFor(server.url, { connect: connectAlways });
      const listeners = [new RecordingListener(), new RecordingListener()];
      const transports = listeners.map((listener) => opener(listener, given));
      for (const transport of transports) undo.push(() => transport.destroy());
      await Promise.all(listeners.map((listener) => listener.open()));
      const connections = [await server.next(), await server.next()];
      for (const transport of transports) transport.beginBurst();
      for (let i = 0; i < 5; i++) {
        transports.forEach((transport, t) => transport.writeMessage(outgoingMessage(`${t} ${i}`)));
      }
      for (const transport of transports) transport.endBurst();
      await Promise.all(connections.map((each) => each.until(() => each.events.length === 5)));
      const seen = connections.map((each) => each.events.join()).sort();
      const expected = [0, 1].map((t) => [0, 1, 2, 3, 4].map((i) => `text "${t} ${i}"`).join());
      expect(seen).toEqual(expected);
    });
  });

  describe("a peer that does not read", () => {
    it("makes bufferedBytes grow, and gets every byte in order once it reads", async () => {
      const { listener, transport, connection } = await connected({}, { deaf: true });
      const sent: string[] = [];
      let size = 1;
      // The kernel takes some megabytes by itself; what is beyond them waits with us.
      while (transport.bufferedBytes < 4 * 1024 * 1024) {
        const burst = Array.from({ length: 3 }, (_item, i) =>
          `${sent.length + i}:`.padEnd((size = (size * 7 + i) % 90_001), "x"),
        );
        sent.push(...burst);
        send(transport, ...burst);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(listener.writables).toBe(0);
      connection.socket.write(frameBytes(ping, "one"));
      connection.listen();
      await connection.until(() => connection.events.length >= sent.length + 1);
      const received = connection.events.filter((event) => event.startsWith("text"));
      expect(received.length).toBe(sent.length);
      received.forEach((event, i) => {
        if (event !== `text ${JSON.stringify(sent[i])}`) throw new Error(`message ${i} differs`);
      });
      await listener.until(() => listener.writables > 0 && transport.bufferedBytes === 0);
      send(transport, "after");
      await connection.until(() => connection.events.at(-1) === 'text "after"');
    });

    it("costs little more memory than the bytes that wait for it", async () => {
      const { transport } = await connected({}, { deaf: true });
      while (transport.bufferedBytes < 1024 * 1024) {
        send(transport, "x".repeat(60_000));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const before = process.memoryUsage().arrayBuffers;
      // A shared buffer of 64 KiB left behind by each of these would be 64 MiB.
      for (let i = 0; i < 1000; i++) send(transport, `small ${i}`);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    });

    it("does not make the answers to its pings pile up", async () => {
      const { transport, connection } = await connected({}, { deaf: true });
      while (transport.bufferedBytes < 1024 * 1024) {
        send(transport, "x".repeat(60_000));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const before = transport.bufferedBytes;
      for (let i = 0; i < 2000; i++) connection.socket.write(frameBytes(ping, `ping ${i} ${"p".repeat(100)}`));
      connection.socket.write(frameBytes(text, "end of pings"));
      await new Promise<void>((resolve) => connection.socket.write("", () => resolve()));
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
      expect(transport.bufferedBytes).toBeLessThanOrEqual(before + 64 * 1024);
    });

    it("is cut when it does not answer our close frame in time", async () => {
      const { listener, transport } = await connected({ closeTimeoutMs: 50 }, { deaf: true });
      transport.close(1000, "");
      expect(await listener.end()).toMatchObject({ opened: true, closeCode: 1006, failure: undefined });
    });
  });

  describe("closing", () => {
    it("that we begin is no failure and is answered by a ws server", async () => {
      const { listener, transport } = start(await echoServer());
      await listener.open();
      send(transport, "last words");
      transport.close(1000, "done");
      const end = await listener.end();
      expect(listener.messages).toEqual(["last words"]);
      expect(end).toEqual({ opened: true, closeCode: 1000, closeReason: "done", failure: undefined });
    });

    it("sends our code and reason, and tells what the peer answered", async () => {
      const { listener, transport, connection } = await connected();
      transport.close(1001, "leaving");
      transport.close(1000, "again");
      send(transport, "too late");
      await connection.until(() => connection.events.length > 0);
      connection.socket.end(
        Buffer.concat([frameBytes(text, "still here"), frameBytes(close, closeBytes(1001, "bye"))]),
      );
      expect(await listener.end()).toEqual({ opened: true, closeCode: 1001, closeReason: "bye", failure: undefined });
      expect(listener.messages).toEqual(["still here"]);
      expect(connection.events).toEqual(['close 1001 "leaving"']);
    });

    it("before the connection is open ends it", async () => {
      const server = await peer({ answer: () => undefined });
      const { listener, transport } = start(server.url);
      await server.next();
      transport.close(1000, "");
      expect(await listener.end()).toMatchObject({ opened: false, closeCode: 1006, failure: undefined });
    });

    it.each([
      [1000, "close/unexpected-normal target"],
      [1001, "close/unexpected-normal target"],
      [1008, "close/policy-violation target"],
      [1011, "close/server-error target"],
      [1013, "close/try-again-later target"],
      [4001, "close/private target"],
    ])("by the peer with %i is %s, and answered with the same code", async (code, expected) => {
      const { listener, connection } = await connected();
      connection.socket.write(Buffer.concat([frameBytes(text, "before"), frameBytes(close, closeBytes(code, "why"))]));
      await connection.until(() => connection.events.length > 0);
      connection.socket.end();
      const end = await listener.end();
      expect(connection.events[0]).toMatch(new RegExp(`^close ${code} `));
      expect(listener.messages).toEqual(["before"]);
      expect(listener.readEnds).toBe(1);
      expect(nameOf(end.failure)).toBe(expected);
      expect(end).toMatchObject({ opened: true, closeCode: code, closeReason: "why" });
      expect(end.failure?.example).toContain(`${code}: "why"`);
    });

    it("by the peer without a code is told as 1005", async () => {
      const { listener, connection } = await connected();
      connection.socket.write(frameBytes(close, ""));
      await connection.until(() => connection.events.length > 0);
      connection.socket.end();
      const end = await listener.end();
      expect(connection.events).toEqual(['close 1005 ""']);
      expect(end.closeCode).toBe(1005);
      expect(nameOf(end.failure)).toBe("close/no-status target");
    });

    it.each([
      ["a FIN", (connection: PeerConnection) => connection.socket.end()],
      [
        "a FIN in the middle of a frame",
        (connection: PeerConnection) => connection.socket.end(frameBytes(text, "half").subarray(0, 4)),
      ],
      ["a reset", (connection: PeerConnection) => connection.socket.resetAndDestroy()],
    ])("by %s without a close frame is abnormal", async (_name, act) => {
      const { listener, connection } = await connected();
      act(connection);
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe("close/abnormal target");
      expect(end).toMatchObject({ opened: true, closeCode: 1006, closeReason: "" });
      expect(listener.messages).toEqual([]);
    });

    it("is told once however often it is asked for", async () => {
      const { listener, transport, connection } = await connected();
      transport.destroy();
      transport.destroy();
      transport.close(1000, "");
      send(transport, "x");
      await connection.gone;
      await listener.end();
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      expect(listener.ends).toHaveLength(1);
    });
  });

  describe("a peer that breaks the protocol", () => {
    it.each([
      ["a reserved opcode", frameBytes(3, "x"), "protocol/invalid-opcode target", 1002],
      ["RSV2", frameBytes(text, "x", { rsv: 2 }), "protocol/unexpected-rsv target", 1002],
      ["a mask", frameBytes(text, "x", { maskKey: 77 }), "protocol/unexpected-mask target", 1002],
      ["a continuation of nothing", frameBytes(continuation, "x"), "protocol/unexpected-continuation target", 1002],
      [
        "a message inside a message",
        Buffer.concat([frameBytes(text, "a", { fin: false }), frameBytes(binary, "b")]),
        "protocol/expected-continuation target",
        1002,
      ],
      ["a ping in fragments", frameBytes(ping, "", { fin: false }), "protocol/invalid-control-frame target", 1002],
      ["a ping of 126 bytes", frameBytes(ping, "p".repeat(126)), "protocol/invalid-control-frame target", 1002],
      ["bad UTF-8", frameBytes(text, Buffer.of(0x61, 0xff)), "protocol/invalid-utf8 target", 1007],
      ["a close frame of one byte", frameBytes(close, "x"), "protocol/invalid-close-payload target", 1002],
      ["close code 1005", frameBytes(close, closeBytes(1005)), "protocol/invalid-close-code target", 1002],
      [
        "a message above the limit",
        frameBytes(binary, "x".repeat(1001)).subarray(0, 20),
        "protocol/message-too-big config",
        1009,
      ],
    ])("with %s is named, told once and answered with the right code", async (_name, bytes, expected, code) => {
      const { listener, connection } = await connected({ maxMessageBytes: 1000 });
      connection.socket.write(Buffer.concat([frameBytes(text, "fine"), bytes]));
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe(expected);
      expect(end).toMatchObject({ opened: true, closeCode: 1006 });
      expect(listener.messages).toEqual(["fine"]);
      await connection.until(() => connection.events.length > 0);
      expect(connection.events[0]).toMatch(new RegExp(`^close ${code} `));
      await connection.gone;
    });

    it("and goes on sending does no harm", async () => {
      const { listener, connection } = await connected();
      connection.socket.write(frameBytes(7, "x"));
      await listener.end();
      for (let i = 0; i < 20; i++) connection.socket.write(frameBytes(text, "y".repeat(10_000)));
      await connection.gone;
      expect(listener.messages).toEqual([]);
    });
  });

  describe("opening", () => {
    it("sends headers, credentials, path and query, and tells what was agreed", async () => {
      const answer = (key: string) => upgradeResponse(key, "second");
      const server = await peer({ answer });
      const url = `ws://some%20one:pa%3Ass@127.0.0.1:${server.port}/a/b?c=d%20e`;
      const headers = [["X-One", "1"], ["X-Two", "2"]] as const; // prettier-ignore
      const { listener } = start(url, { connect: { headers, subprotocols: ["first", "second"] } });
      const { request } = await server.next();
      expect(request).toMatch(/^GET \/a\/b\?c=d%20e HTTP\/1\.1\r\n/);
      expect(request).toMatch(new RegExp(`^Host: 127\\.0\\.0\\.1:${server.port}\r$`, "m"));
      expect(request).toContain(`Authorization: Basic ${Buffer.from("some one:pa:ss").toString("base64")}`);
      expect(request).toMatch(/^X-One: 1\r\nX-Two: 2\r$/m);
      expect(request).toMatch(/^Sec-WebSocket-Protocol: first, ?second\r?$/m);
      expect(request).toMatch(/^Sec-WebSocket-Version: 13\r?$/m);
      expect(await listener.open()).toEqual({ compression: false, subprotocol: "second" });
      expect(listener.connectUs).toBeGreaterThan(0);
    });

    it("uses a new key for each connection", async () => {
      const server = await peer();
      start(server.url);
      start(server.url);
      const keys = [await server.next(), await server.next()].map((each) => /Key: (.*)/.exec(each.request)?.[1]);
      expect(keys[0]).toMatch(/^[A-Za-z0-9+/]{22}==/);
      expect(keys[1]).not.toBe(keys[0]);
    });

    it("takes an answer that comes byte by byte", async () => {
      const server = await peer({ answer: () => undefined });
      const { listener } = start(server.url);
      const { socket, request } = await server.next();
      const key = /Sec-WebSocket-Key: (.*)/.exec(request)?.[1]?.trim() ?? "";
      for (const byte of Buffer.concat([Buffer.from(upgradeResponse(key)), frameBytes(text, "hi")])) {
        socket.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await listener.until(() => listener.messages.length > 0);
      expect(listener.messages).toEqual(["hi"]);
    });

    const http = (head: string, body = "") => `HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const upgraded = (key: string, ...more: string[]) => [upgradeResponse(key).trimEnd(), ...more, "\r\n"].join("\r\n");
    it.each([
      ["HTTP 400", () => http("400 Bad Request"), "handshake/status.400 target", "HTTP 400 Bad Request"],
      ["HTTP 401", () => http("401 Unauthorized", "no token"), "handshake/status.401 target", "no token"],
      ["HTTP 404", () => http("404 Not Found"), "handshake/status.404 target", "404"],
      [
        "HTTP 503",
        () => http("503 Service Unavailable", "server is full"),
        "handshake/status.503 target",
        "server is full",
      ],
      ["HTTP 200", () => http("200 OK", "<html>"), "handshake/status.200 target", "<html>"],
      [
        "a redirect",
        () => "HTTP/1.1 302 Found\r\nLocation: wss://other/x\r\nContent-Length: 0\r\n\r\n",
        "handshake/redirect config",
        "wss://other/x",
      ],
      ["a wrong accept", () => upgradeResponse("wrong"), "handshake/invalid-accept target", "Sec-WebSocket-Accept"],
      [
        "no accept",
        (key: string) => upgradeResponse(key).replace(/Sec-.*\r\n/, ""),
        "handshake/invalid-accept target",
        "Sec-WebSocket-Accept",
      ],
      [
        "a wrong upgrade",
        (key: string) => upgradeResponse(key).replace("websocket", "h2c"),
        "handshake/invalid-upgrade target",
        "Upgrade",
      ],
      [
        "an unasked subprotocol",
        (key: string) => upgraded(key, "Sec-WebSocket-Protocol: chat"),
        "handshake/negotiation target",
        "subprotocol",
      ],
      [
        "an unasked extension",
        (key: string) => upgraded(key, "Sec-WebSocket-Extensions: x-foo"),
        "handshake/negotiation target",
        "xtension",
      ],
      ["garbage", () => "SSH-2.0-OpenSSH_9.2\r\n", "handshake/not-http target", "SSH-2.0"],
      ["TLS", () => Buffer.of(0x15, 3, 1, 0, 2, 2, 40), "handshake/not-http target", "wss://"],
      [
        "an endless head",
        () => `HTTP/1.1 101 Switching Protocols\r\nX: ${"y".repeat(20_000)}`,
        "handshake/head-too-big target",
        "",
      ],
    ])("against %s fails as %s", async (_name, answer, expected, example) => {
      const server = await peer({ answer });
      const { listener } = start(server.url);
      const connection = await server.next();
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe(expected);
      expect(end.failure?.example).toContain(example);
      expect(end).toMatchObject({ opened: false, closeCode: 1006 });
      await connection.gone;
    });

    it("tells the first words of a refusal that come after its head", async () => {
      const server = await peer({ answer: () => undefined });
      const { listener } = start(server.url);
      const { socket } = await server.next();
      socket.write("HTTP/1.1 429 Slow\r\nTransfer-Encoding: chunked\r\n\r\n");
      await new Promise((resolve) => setImmediate(resolve));
      socket.write("8\r\nnot now!\r\n0\r\n\r\n");
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe("handshake/status.429 target");
      expect(end.failure?.example).toContain("not now!");
    });

    it("fails when a subprotocol was asked for and none was chosen", async () => {
      const server = await peer();
      const { listener } = start(server.url, { connect: { subprotocols: ["chat"] } });
      expect(nameOf((await listener.end()).failure)).toBe("handshake/negotiation target");
    });

    it("gives up on a target that says nothing", async () => {
      const server = await peer({ answer: () => undefined });
      const { listener } = start(server.url, { connect: { timeoutMs: 100 } });
      const connection = await server.next();
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe("handshake/timeout target");
      expect(end.failure?.example).toContain("100 ms");
      await connection.gone;
    });

    it.each([
      ["ends", (connection: PeerConnection) => connection.socket.end()],
      ["ends in the middle of its answer", (connection: PeerConnection) => connection.socket.end("HTTP/1.1 101 Swi")],
      ["resets", (connection: PeerConnection) => connection.socket.resetAndDestroy()],
    ])("fails as closed when the target %s", async (_name, act) => {
      const server = await peer({ answer: () => undefined });
      const { listener } = start(server.url);
      act(await server.next());
      expect(nameOf((await listener.end()).failure)).toBe("handshake/closed target");
    });

    it("fails as refused on a closed port", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      server.close();
      await once(server, "close");
      const { listener } = start(`ws://127.0.0.1:${port}/`);
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe("connect/refused target");
      expect(end.failure?.example).toContain("ECONNREFUSED");
    });

    it("can be given up at any moment", async () => {
      const server = await peer();
      const { listener, transport } = start(server.url);
      transport.destroy();
      expect(await listener.end()).toMatchObject({ opened: false, closeCode: 1006, failure: undefined });
    });

    it("can be given up from inside onOpen", async () => {
      const answer = (key: string) => Buffer.concat([Buffer.from(upgradeResponse(key)), frameBytes(text, "welcome")]);
      const server = await peer({ answer });
      const { listener, transport } = start(server.url);
      listener.on = (event) => {
        if (event === "onOpen") transport.destroy();
      };
      expect(await listener.end()).toMatchObject({ opened: true, failure: undefined });
      expect(listener.messages).toEqual([]);
    });
  });

  describe("over TLS", () => {
    const certificate = selfSignedCertificate();
    const tls = (change: Partial<ConnectPlan["tls"]>): Partial<ConnectPlan> => ({
      tls: { insecure: false, caPem: null, certPem: null, keyPem: null, ...change },
    });

    it.each([
      ["any certificate is allowed", tls({ insecure: true })],
      ["its authority is given", tls({ caPem: certificate.cert })],
    ])("messages travel when %s", async (_name, connect) => {
      const { listener, transport, connection } = await connected({ connect }, { tls: certificate });
      const sent = Array.from({ length: 200 }, (_item, i) => `${i}:`.padEnd((i * 7919) % 70_000, "z"));
      for (let i = 0; i < sent.length; i += 4) send(transport, ...sent.slice(i, i + 4));
      await connection.until(() => connection.events.length === sent.length);
      expect(connection.events.every((event, i) => event === `text ${JSON.stringify(sent[i])}`)).toBe(true);
      connection.socket.write(
        Buffer.concat([frameBytes(text, "a"), frameBytes(text, "b".repeat(100_000)), frameBytes(ping, "p")]),
      );
      await connection.until(() => connection.events.at(-1) === 'pong "p"');
      expect(listener.messages).toEqual(["a", "b".repeat(100_000)]);
      await listener.until(() => transport.bufferedBytes === 0);
      expect(listener.writables).toBeGreaterThan(0);
    });

    it("a certificate that nobody vouches for is refused", async () => {
      const server = await peer({ tls: certificate });
      const { listener } = start(server.url);
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe("connect/tls config");
      expect(end.failure?.example).toContain("self-signed");
    });

    it("a target without TLS is named as such", async () => {
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      undo.push(() => server.close());
      const { listener } = start(`wss://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe("connect/tls config");
      expect(end.failure?.example).toContain("ws://");
    });
  });

  // Linux alone has all of 127.0.0.0/8 without being told.
  describe.skipIf(process.platform !== "linux")("from a local address", () => {
    it.each(["127.0.0.1", "localhost"])("is what a target at %s sees", async (host) => {
      const seen: (string | undefined)[] = [];
      const server = createServer((socket) => seen.push(socket.remoteAddress)).listen(0, "127.0.0.1");
      await once(server, "listening");
      undo.push(() => server.close());
      const url = `ws://${host}:${(server.address() as AddressInfo).port}/`;
      const { transport, listener } = start(url, {}, "127.0.0.2");
      await once(server, "connection");
      expect(seen).toEqual(["127.0.0.2"]);
      transport.destroy();
      await listener.end();
    });

    it("that this machine does not have is the generator's fault, and is named", async () => {
      const server = await peer();
      // TEST-NET-1 (RFC 5737) is nobody's.
      const { listener } = start(server.url, {}, "192.0.2.7");
      const end = await listener.end();
      expect(nameOf(end.failure)).toBe("connect/no-local-address generator");
      expect(end.failure?.example).toBe("the local address 192.0.2.7 is not one of this machine (EADDRNOTAVAIL)");
    });
  });
});

describe("makeTransportOpener", () => {
  it.each([true, false])("asks for compression when the plan does (%s)", async (compress) => {
    const server = await startRawPeer();
    undo.push(() => server.stop());
    const { connect, limits } = contextFor(server.url, { connect: { compress } }).options;
    const listener = new RecordingListener();
    const transport = makeTransportOpener({ connect, limits })(listener);
    undo.push(() => transport.destroy());
    const { request } = await server.next();
    expect(/^Sec-WebSocket-Extensions: permessage-deflate/m.test(request)).toBe(compress);
    await listener.open();
  });
});

describe("compression", () => {
  async function deflatingServer(options: object): Promise<string> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
    server.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
    });
    await once(server, "listening");
    undo.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  function startCompressed(url: string, given: Given = {}) {
    const listener = new RecordingListener();
    const transport = openWsTransport(listener, contextFor(url, { ...given, connect: { compress: true } }));
    undo.push(() => transport.destroy());
    return { listener, transport };
  }

  it("that the target agrees to is told, and messages come back whole and in order", async () => {
    const url = await deflatingServer({ perMessageDeflate: { threshold: 0 } });
    const { listener, transport } = startCompressed(url);
    expect(await listener.open()).toEqual({ compression: true, subprotocol: "" });
    const sent = Array.from({ length: 40 }, (_item, i) => `${i} `.repeat((i * 331) % 9001));
    for (let i = 0; i < sent.length; i += 8) send(transport, ...sent.slice(i, i + 8));
    await listener.until(() => listener.messages.length === sent.length);
    expect(listener.messages).toEqual(sent);
    await listener.until(() => transport.bufferedBytes === 0);
    expect(listener.writables).toBeGreaterThan(0);
    transport.close(1000, "");
    expect(await listener.end()).toMatchObject({ closeCode: 1000, failure: undefined });
  });

  it("that the target does without is told", async () => {
    const { listener } = startCompressed(await deflatingServer({ perMessageDeflate: false }));
    expect(await listener.open()).toEqual({ compression: false, subprotocol: "" });
  });

  it("cannot hide a message above the limit", async () => {
    const url = await deflatingServer({ perMessageDeflate: { threshold: 0 } });
    const { listener, transport } = startCompressed(url, { maxMessageBytes: 1000 });
    await listener.open();
    send(transport, "z".repeat(100_000));
    expect(nameOf((await listener.end()).failure)).toBe("protocol/message-too-big config");
  });

  it("that cannot be undone is the target's fault", async () => {
    const answer = (key: string) => upgradeResponse(key, undefined, "permessage-deflate");
    const server = await startRawPeer({ answer });
    undo.push(() => server.stop());
    const { listener } = startCompressed(server.url);
    const { socket } = await server.next();
    await listener.open();
    socket.write(frameBytes(text, Buffer.alloc(20, 0xff), { rsv: 4 }));
    expect(nameOf((await listener.end()).failure)).toBe("protocol/invalid-compression target");
  });
});
