import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { usageError } from "../errors/floodgate-error.ts";
import { monotonicOriginMs } from "../host/monotonic-clock.ts";
import { AnswerBatch } from "./answer-batch.ts";
import { checkHandshake, refuseHandshake, type Refusal } from "./answer-handshake.ts";
import { CompressedSessions } from "./compressed-session.ts";
import { FaultPlan, stallsBegun } from "./fault-plan.ts";
import { JobDesk } from "./job-desk.ts";
import { LeakedMemory } from "./leaked-memory.ts";
import { MockBooks, type RefusalReason } from "./mock-books.ts";
import type { MockContext } from "./mock-context.ts";
import type { MockOptions } from "./mock-options.ts";
import { expositionType } from "../units/exposition-format.ts";
import { mockMetrics } from "./mock-metrics.ts";
import type { MockSession } from "./mock-session.ts";
import { mockStatsSchema } from "./mock-stats.ts";
import { PlainSession } from "./plain-session.ts";
import { Rooms } from "./rooms.ts";
import { SessionStore } from "./session-store.ts";
import { SharedRead } from "./shared-read.ts";
import { shutDownSessions, type ShutdownStatistics } from "./shut-down-sessions.ts";
import { SmallFrames } from "./small-frames.ts";
import { StreamMessages } from "./stream-message.ts";
import type { StreamStatus } from "./stream-status.ts";
import { nodeTimers, WakeUps } from "./wake-ups.ts";

const address = "127.0.0.1";
/** Handshakes the kernel may queue: a load opens hundreds at once. */
const backlog = 4096;
const webSocketPath = "/";

/** A mock server that is listening. */
export interface RunningMock {
  /** `ws://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** What it has done until now, by name (MockBooks), with `stalls`, `uptimeMs`, `pid` and `rssBytes`. */
  books(): Record<string, number>;
  /** Sends what is pending, closes every connection with 1001 and stops; the same promise when called again. */
  close(): Promise<ShutdownStatistics>;
}

/** Starts the mock on the loopback address. Throws a usage error when the port cannot be had. */
export async function startMockServer(options: MockOptions): Promise<RunningMock> {
  checkOptions(options);
  const server = createServer();
  await listen(server, options.port);
  const endpoint = server.address();
  if (endpoint === null || typeof endpoint === "string")
    throw new Error("a listening server has a port. This is a bug in floodgate.");
  try {
    return new MockServer(server, endpoint.port, options);
  } catch (error) {
    server.close();
    throw error;
  }
}

class MockServer implements RunningMock {
  readonly url: string;
  readonly port: number;
  readonly #server: Server;
  readonly #context: MockContext;
  readonly #sessions = new Set<MockSession>();
  readonly #batch = new AnswerBatch();
  readonly #sharedRead = new SharedRead();
  readonly #smallFrames: SmallFrames;
  readonly #compressed: CompressedSessions;
  /** One for all sessions: an idle connection should hold as little as possible. */
  readonly #onEnded = (session: MockSession): void => {
    this.#sessions.delete(session);
    this.#context.books.close();
  };
  #attempts = 0;
  #isAway = false;
  #outageTimer: NodeJS.Timeout | undefined;
  #closing: Promise<ShutdownStatistics> | undefined;

  constructor(server: Server, port: number, options: MockOptions) {
    this.#server = server;
    this.port = port;
    this.url = `ws://${address}:${port}`;
    this.#smallFrames = new SmallFrames(options.maxMessageBytes);
    this.#compressed = new CompressedSessions(options.maxMessageBytes);
    const books = new MockBooks();
    const plan = new FaultPlan(options);
    const wakeUps = new WakeUps(nodeTimers);
    this.#context = {
      options,
      plan,
      books,
      ...(options.mode === "broadcast" && { rooms: new Rooms(options.excludesPublisher, books) }),
      ...(options.sessions !== null && { sessions: new SessionStore(options.sessions, plan, books) }),
      ...(options.mode === "queue" && { jobs: new JobDesk({ options, plan, books, wakeUps }) }),
      leaked: new LeakedMemory(),
      wakeUps,
      startedMs: nodeTimers.nowMs(),
      streamMaker: new StreamMessages(...options.streamSizes.map(({ sizeBytes }) => sizeBytes)),
      queuedStreams: new Set(),
      clockOriginMs: monotonicOriginMs,
    };
    server.on("request", (request, response) => this.#answerHttp(request, response));
    server.on("upgrade", (request, _socket, head) => this.#upgrade(request, request.socket, head));
  }

  books(): Record<string, number> {
    const nowMs = nodeTimers.nowMs();
    const uptimeMs = nowMs - this.#context.startedMs;
    const { sessions } = this.#context;
    sessions?.expire(nowMs);
    return {
      ...this.#context.books.snapshot(),
      sessionsAway: sessions?.away ?? 0,
      stalls: stallsBegun(this.#context.options.stall, uptimeMs),
      uptimeMs: Math.round(uptimeMs),
      pid: process.pid,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  close(): Promise<ShutdownStatistics> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<ShutdownStatistics> {
    const startedMs = nodeTimers.nowMs();
    clearTimeout(this.#outageTimer);
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const sessions = await shutDownSessions(this.#sessions);
    this.#context.jobs?.close();
    const tasks = 1 + (this.#context.wakeUps.isArmed ? 1 : 0);
    this.#context.wakeUps.stop();
    this.#server.closeAllConnections();
    await stopped;
    return { ...sessions, backgroundTasksStopped: tasks, durationMs: nodeTimers.nowMs() - startedMs };
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on("error", ignoreError);
    const refusal = this.#refusalOf(request);
    if (refusal === null) {
      socket.setNoDelay(true);
      this.#open(request, socket, head);
    } else {
      this.#context.books.refused[refusal.reason] += 1;
      refuseHandshake(socket, refusal.answer);
    }
  }

  #refusalOf(request: IncomingMessage): { readonly reason: RefusalReason; readonly answer: Refusal } | null {
    const invalid = checkHandshake(request);
    if (invalid !== null) return { reason: "handshake", answer: invalid };
    this.#attempts += 1;
    const { options, plan, books } = this.#context;
    if (options.bearer !== null && request.headers.authorization !== `Bearer ${options.bearer}`) {
      return { reason: "bearer", answer: refusals.bearer };
    }
    if (this.#isAway) return { reason: "outage", answer: refusals.outage };
    if (plan.refuses(this.#attempts)) return { reason: "fault", answer: refusals.fault };
    const isFull = books.connectionsOpen >= (options.maxConnections ?? Infinity);
    return isFull || this.#closing !== undefined ? { reason: "limit", answer: refusals.limit } : null;
  }

  #open(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const number = this.#context.books.open();
    if (number === 1) this.#planOutage();
    const onEnded = this.#onEnded;
    const session = offersCompression(request)
      ? this.#compressed.open(request, socket, head, { number, context: this.#context, onEnded })
      : new PlainSession(request, socket, head, {
          number,
          context: this.#context,
          onEnded,
          batch: this.#batch,
          sharedRead: this.#sharedRead,
          smallFrames: this.#smallFrames,
        });
    this.#sessions.add(session);
  }

  #streams(): readonly StreamStatus[] {
    return Array.from(this.#context.queuedStreams, ({ status }) => status);
  }

  /** The next outage, counted from the first connection or from the last outage; the end of it follows. */
  #planOutage(): void {
    const { outage } = this.#context.options;
    if (outage === null) return;
    this.#outageTimer = setTimeout(
      () => {
        this.#isAway = true;
        this.#context.books.outages += 1;
        for (const session of this.#sessions) session.cutOff();
        this.#outageTimer = setTimeout(() => {
          this.#isAway = false;
          this.#planOutage();
        }, outage.durationMs);
      },
      outage.everyMs - (this.#context.books.outages > 0 ? outage.durationMs : 0),
    );
  }

  #answerHttp(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split("?")[0];
    if (path === "/healthz") answerJson(response, { status: "ok" });
    else if (path === "/stats") answerJson(response, { schema: mockStatsSchema, ...this.books() });
    else if (path === "/metrics") {
      response.writeHead(200, { "Content-Type": expositionType }).end(mockMetrics(this.books()));
    } else if (path === "/streams") answerJson(response, this.#streams());
    else if (path === webSocketPath) {
      response
        .writeHead(426, { Upgrade: "websocket", "Content-Type": "text/plain" })
        .end("this is a WebSocket server\n");
    } else
      response
        .writeHead(404, { "Content-Type": "text/plain" })
        .end("there are only /, /healthz, /stats, /metrics and /streams\n");
  }
}

const refusals = {
  bearer: {
    status: 401,
    reason: "Unauthorized",
    headers: ["WWW-Authenticate: Bearer"],
    body: "the bearer token is missing or wrong",
  },
  fault: { status: 503, reason: "Service Unavailable", body: "refused as planned (refuse-rate)" },
  outage: { status: 503, reason: "Service Unavailable", body: "away as planned (outage)" },
  limit: { status: 503, reason: "Service Unavailable", body: "no more connections are taken" },
} as const satisfies Record<string, Refusal>;

function answerJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

function offersCompression(request: IncomingMessage): boolean {
  return request.headers["sec-websocket-extensions"]?.includes("permessage-deflate") ?? false;
}

/** A peer that resets its connection is its own affair; the `close` event that follows does the counting. */
function ignoreError(): void {
  return;
}

function checkOptions(options: MockOptions): void {
  const { stall } = options;
  if (stall !== null && stall.durationMs >= stall.everyMs) {
    throw usageError(
      `a stall of ${stall.durationMs} ms each ${stall.everyMs} ms would never end`,
      "make the stall shorter than its interval, for example: --stall 2s@10s",
    );
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen({ host: address, port, backlog }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  const free = "choose another port, or a free one with --port 0";
  if (error.code === "EADDRINUSE") return usageError(`port ${port} on ${address} is already in use`, free, error);
  if (error.code === "EACCES") return usageError(`port ${port} may not be used by this user`, free, error);
  return usageError(`the mock server cannot listen on ${address}:${port}: ${error.message}`, free, error);
}
