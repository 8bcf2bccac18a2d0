import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocketServer, type ServerOptions, type WebSocket } from "ws";
import {
  startNginxProxy,
  startPythonEcho,
  startWebsocketd,
  type ForeignServer,
  type ProxyTls,
} from "../support/foreign-servers.ts";
import { resultOf, runAndRead, type SavedRun } from "../support/saved-run.ts";
import { selfSignedCertificate } from "../support/self-signed-certificate.ts";
import { startWsEcho } from "../support/ws-echo-server.ts";

const started: ForeignServer[] = [];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-foreign-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const server of started.splice(0).reverse()) await server.close();
});

async function use(server: Promise<ForeignServer>): Promise<ForeignServer> {
  started.push(await server);
  return server;
}

/** 400 messages in half a second over four connections, but for what is given. */
function load(url: string, args: readonly string[] = []): Promise<SavedRun> {
  return runAndRead([url, "-c", "4", "-r", "800", "-d", "500ms", "--seed", "7", "--no-progress", ...args]);
}

/** A run that must have gone well: exit code 0, `sent` messages, all of them back once and in order. */
function allDelivered(run: SavedRun, sent = 400) {
  const result = resultOf(run);
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  expect(result.totals.messages).toMatchObject({ sent, delivered: sent, lost: 0, duplicated: 0, reordered: 0 });
  expect(result.totals.messages.corrupted).toBe(0);
  return result;
}

/** The lines that tell how it ended: of the verdict on stdout, and the last one. */
function lastLine(run: SavedRun): string {
  return run.stdout.trimEnd().split("\n").at(-1) ?? "";
}

/** What the verdict says, on one line. */
function reasonsOf(run: SavedRun): string {
  return resultOf(run).verdict.reasons.join(" | ");
}

interface Seen {
  readonly requests: IncomingMessage[];
  readonly messages: string[];
}

/** A server of the npm package `ws` whose answers a test makes up. */
async function startServer(
  answer: (message: string, socket: WebSocket, isBinary: boolean) => void,
  options: ServerOptions = {},
): Promise<ForeignServer & Seen> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, ...options });
  const seen: Seen = { requests: [], messages: [] };
  server.on("connection", (socket, request) => {
    seen.requests.push(request);
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => {
      const text = data.toString(isBinary ? "latin1" : "utf8");
      seen.messages.push(text);
      answer(text, socket, isBinary);
    });
  });
  await once(server, "listening");
  const close = async (): Promise<void> => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, close, ...seen };
}

/** A plain web server: it answers the upgrade request like any other. */
async function startWebServer(listener: RequestListener): Promise<ForeignServer> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/chat`, close };
}

describe("servers of other makers", () => {
  test("python3-websockets: all delivered, its memory read by its process id", async () => {
    const server = await use(startPythonEcho());
    const result = allDelivered(await load(server.url, ["--target-pid", String(server.pid)]));
    expect(result.target).toMatchObject({ kind: "url", compressionAgreed: null, books: null });
    expect(result.memory.target?.peakBytes).toBeGreaterThan(5_000_000);
  });

  test("python3-websockets with --compress: agreed on by every connection, all delivered, binary too", async () => {
    const server = await use(startPythonEcho());
    const result = allDelivered(await load(server.url, ["--compress", "--binary", "-s", "2KiB"]));
    expect(result.target.compressionAgreed).toBe(true);
  });

  test("websocketd with cat: lines come back, and that it does not compress is said", async () => {
    const server = await use(startWebsocketd());
    const run = await load(server.url, ["--compress"]);
    const result = allDelivered(run);
    expect(result.target.compressionAgreed).toBe(false);
    expect(run.stdout).toMatch(/compress/);
  });

  test("nginx in front: all delivered through the proxy", async () => {
    const behind = await use(startWsEcho());
    const server = await use(startNginxProxy(behind.url));
    allDelivered(await load(server.url, ["--binary", "-s", "1KiB"]));
  });

  test("nginx with nothing behind it: 97, and the words for a 502", async () => {
    const behind = await startWsEcho();
    const server = await use(startNginxProxy(behind.url));
    await behind.close();
    const run = await load(server.url);
    expect(run.exitCode).toBe(97);
    expect(resultOf(run).totals.errors).toEqual({ "handshake/status.502": 4 });
    expect(reasonsOf(run)).toContain("the proxy in front reaches no server");
  });
});

describe("wss", () => {
  let files: ProxyTls;
  beforeAll(async () => {
    const { cert, key } = selfSignedCertificate();
    files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
    await writeFile(files.certFile, cert);
    await writeFile(files.keyFile, key);
  });

  test("nginx with TLS: delivered with --ca, and with -k; refused in clear words without", async () => {
    const behind = await use(startWsEcho());
    const server = await use(startNginxProxy(behind.url, files));
    expect(server.url).toMatch(/^wss:/);
    allDelivered(await load(server.url, ["--ca", files.certFile]));
    allDelivered(await load(server.url, ["-k"]));
    const run = await load(server.url);
    expect(run.exitCode).toBe(97);
    expect(resultOf(run).totals.errors).toEqual({ "connect/tls": 4 });
    expect(reasonsOf(run)).toContain("--ca names one to trust, -k accepts any");
    expect(reasonsOf(run)).not.toContain("    at ");
  });

  test("ws:// at a TLS port and wss:// at a plain one are told apart from a dead server", async () => {
    const behind = await use(startWsEcho());
    const server = await use(startNginxProxy(behind.url, files));
    const plain = await load(server.url.replace("wss:", "ws:"), ["-c", "1"]);
    expect(plain.exitCode).toBe(97);
    // What nginx answers to plain HTTP on a TLS port.
    expect(resultOf(plain).totals.errors).toEqual({ "handshake/status.400": 1 });
    const secure = await load(behind.url.replace("ws:", "wss:"), ["-c", "1"]);
    expect(secure.exitCode).toBe(97);
    expect(resultOf(secure).totals.errors).toEqual({ "connect/tls": 1 });
    expect(reasonsOf(secure)).toContain("is the address meant to be ws://?");
  });
});

describe("answers that are not plain echoes", () => {
  test.each([
    ["inside a JSON object", { wrap: "json" }],
    ["behind a prefix", { wrap: "prefix" }],
    ["four in one frame", { joinMessages: 4 }],
    ["after a greeting of their own", { wrap: "json", greeting: "hello, stranger" }],
  ] as const)("messages %s are found", async (_, options) => {
    const server = await use(startWsEcho(options));
    const { messages } = allDelivered(await load(server.url)).totals;
    expect(messages.unsolicited).toBe("greeting" in options ? 4 : 0);
  });

  test("two copies of each are one delivery and one duplicate", async () => {
    const server = await use(startWsEcho({ copies: 2 }));
    const run = await load(server.url);
    expect(resultOf(run).totals.messages).toMatchObject({ sent: 400, delivered: 400, duplicated: 400, lost: 0 });
    expect(run.exitCode).toBe(0);
  });

  test("a chat that wants JSON and answers in its own words gets a template, from the command line or a file", async () => {
    const chat = await use(
      startServer((message, socket) => {
        const { type, text } = JSON.parse(message) as { type: string; text: string };
        if (type !== "chat") socket.close(1008, "no chat");
        else socket.send(JSON.stringify({ event: "message", from: "you", body: text, likes: 0 }));
      }),
    );
    const template = '{"type":"chat","text":"{{payload}}"}';
    const result = allDelivered(await load(chat.url, ["--message", template, "-s", "100"]));
    expect(result.totals.bytes.sent).toBe(400 * 100);
    const file = join(folder, "chat.json");
    await writeFile(file, template);
    allDelivered(await load(chat.url, ["--message-file", file]));
  });

  test("a message the server can never give back: 97, and its own first frame is shown", async () => {
    const server = await use(startServer((_, socket) => socket.send('{"error":"unknown command"}')));
    const run = await load(server.url, ["--drain", "300ms"]);
    expect(run.exitCode).toBe(97);
    const result = resultOf(run);
    expect(result.totals.messages).toMatchObject({ sent: 400, delivered: 0, lostMissing: 400, unsolicited: 400 });
    expect(result.target.firstForeignFrame).toBe('{"error":"unknown command"}');
    expect(reasonsOf(run)).toContain(JSON.stringify('{"error":"unknown command"}'));
  });

  test("a server that sends a storm of its own beside the echoes is no reason to lose any", async () => {
    const server = await use(
      startServer((message, socket) => {
        for (let i = 0; i < 5; i++) socket.send(`tick ${i}`);
        socket.send(message);
      }),
    );
    const { messages } = allDelivered(await load(server.url)).totals;
    expect(messages.unsolicited).toBe(2000);
  });
});

describe("a login first", () => {
  const login = ["--first-message", "let me in"];

  test.each(["welcome", "/^wel.*e$/"])("is sent, and %s is waited for before any message", async (ready) => {
    const server = await use(startWsEcho({ login: "let me in" }));
    const { messages } = allDelivered(await load(server.url, [...login, "--ready", ready])).totals;
    expect(messages.unsolicited).toBe(0);
  });

  test("left out: the close code and its reason are shown, the messages are lost with their connections", async () => {
    const server = await use(startWsEcho({ login: "let me in" }));
    const run = await load(server.url);
    expect(run.exitCode).toBe(97);
    const { totals } = resultOf(run);
    expect(totals.errors).toEqual({ "close/policy-violation": 4 });
    expect(totals.connections.closeCodes).toEqual({ "1008": 4 });
    expect(totals.messages.lost).toBe(totals.messages.lostClosed);
    expect(totals.messages.offered).toBe(totals.messages.sent + totals.messages.unsendable);
    expect(run.stdout).toContain("log in first");
  });

  test("a word that never comes: 97 after --connect-timeout, and nothing was sent", async () => {
    const server = await use(startWsEcho({ login: "let me in" }));
    const run = await load(server.url, [...login, "--ready", "hooray", "--connect-timeout", "500ms"]);
    expect(run.exitCode).toBe(97);
    expect(resultOf(run).totals.errors).toEqual({ "open/not-ready": 4 });
    expect(resultOf(run).totals.messages.sent).toBe(0);
    expect(reasonsOf(run)).toContain("--ready");
    expect(reasonsOf(run)).toMatch(/the ready sign was not seen within 0\.5 s; the first thing it said: \S/);
  });
});

describe("what the server is told", () => {
  test("headers, bearer token and subprotocol reach it; the token is saved nowhere", async () => {
    const server = await use(
      startServer((message, socket, isBinary) => socket.send(isBinary ? Buffer.from(message, "latin1") : message), {
        handleProtocols: (offered) => (offered.has("chat.v2") ? "chat.v2" : false),
        verifyClient: ({ req }: { req: IncomingMessage }) => req.headers.authorization === "Bearer s3cret-t0ken",
      }),
    );
    const seen = server as ForeignServer & Seen;
    const flags = ["-H", "X-Client: load test", "-H", "Origin: http://example.org", "--subprotocol", "chat.v3"];
    const run = await runAndRead(
      [server.url, "-c", "2", "-r", "100", "-d", "1s", "--binary", ...flags, "--subprotocol", "chat.v2"].concat([
        ...["--bearer", "env:CHAT_TOKEN", "-q"],
      ]),
      { env: { CHAT_TOKEN: "s3cret-t0ken" } },
    );
    allDelivered(run, 100);
    expect(seen.requests).toHaveLength(2);
    for (const { headers } of seen.requests) {
      expect(headers).toMatchObject({
        "x-client": "load test",
        origin: "http://example.org",
        "sec-websocket-protocol": "chat.v3, chat.v2",
      });
    }
    expect(JSON.stringify(run)).not.toContain("s3cret-t0ken");
    const wrong = await load(server.url, ["--subprotocol", "chat.v2", "--bearer", "guess"]);
    expect(wrong.exitCode).toBe(97);
    expect(resultOf(wrong).totals.errors).toEqual({ "handshake/status.401": 4 });
    expect(JSON.stringify(wrong)).not.toContain("guess");
  });

  test("a server that takes none of the subprotocols is a failure to agree", async () => {
    const server = await use(startWsEcho());
    const run = await load(server.url, ["--subprotocol", "chat.v2"]);
    // ws picks the first one offered when it is not told how to choose: agreed.
    expect(run.exitCode).toBe(0);
    const none = await use(startServer((message, socket) => socket.send(message), { handleProtocols: () => false }));
    const refused = await load(none.url, ["--subprotocol", "chat.v2"]);
    expect(refused.exitCode).toBe(97);
    expect(resultOf(refused).totals.errors).toEqual({ "handshake/negotiation": 4 });
    expect(reasonsOf(refused)).toContain("subprotocol");
  });
});

describe("what is no WebSocket server", () => {
  test.each([
    [404, {}, "there is no such path"],
    [200, {}, "an ordinary web page, not a WebSocket endpoint"],
    [302, { location: "https://elsewhere.example/ws" }, "https://elsewhere.example/ws"],
    [429, { "retry-after": "5" }, "it limits the rate of connections"],
  ] as const)("an HTTP %d is named and explained: 97", async (status, headers, words) => {
    const server = await use(
      startWebServer((_, response) => {
        response.writeHead(status, headers);
        response.end("some page\n");
      }),
    );
    const run = await load(server.url, ["-c", "3"]);
    expect(run.exitCode).toBe(97);
    const { totals, verdict } = resultOf(run);
    expect(totals.errors).toEqual({ [status === 302 ? "handshake/redirect" : `handshake/status.${status}`]: 3 });
    expect(totals.connections).toMatchObject({ attempted: 3, opened: 0, failed: 3 });
    expect(verdict.reasons).toHaveLength(1);
    expect(verdict.reasons[0]).toContain(words);
    expect(lastLine(run)).toContain("[FAIL] exit code 97");
  });
});
