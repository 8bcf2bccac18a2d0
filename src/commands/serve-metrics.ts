import { createServer, type ServerResponse } from "node:http";
import type { Collected } from "../engine/collected.ts";
import { usageError } from "../errors/floodgate-error.ts";
import { metricsReport } from "../report/metrics-report.ts";
import type { RunResult } from "../result/run-result.ts";
import { LiveConnections } from "./live-connections.ts";
import { expositionType } from "../units/exposition-format.ts";

const address = "127.0.0.1";

/** What a run tells of itself beside the result so far. */
export interface ServedFacts {
  readonly stage: string;
  /** All of them; null where they have no figures of their own. */
  readonly connections: Collected["connections"];
}

/** A run that can be watched from outside while it goes on. */
export interface MetricsServer {
  /** `http://127.0.0.1:<port>/metrics` */
  readonly url: string;
  /** What there is to tell from now on. */
  show(result: RunResult, running: ServedFacts): void;
  /** Resolves when the port is free again. */
  close(): Promise<void>;
}

/**
 * Answers `GET /metrics` (Prometheus) and `GET /healthz` on the loopback address, 503 before there is anything to tell.
 * Text is only made when somebody asks. Single connections are told of up to `mostConnections` at a time. Throws a usage
 * error when the port cannot be had.
 */
export async function serveMetrics(port: number, mostConnections: number): Promise<MetricsServer> {
  let latest: ({ readonly result: RunResult } & ServedFacts) | null = null;
  const live = new LiveConnections(mostConnections);
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/healthz") {
      answer(
        response,
        200,
        "application/json",
        `${JSON.stringify({ status: "ok", stage: latest?.stage ?? "starting" })}\n`,
      );
    } else if (path !== "/metrics") answer(response, 404, "text/plain", "there are only /metrics and /healthz\n");
    else if (latest === null) answer(response, 503, "text/plain", "nothing measured yet\n");
    else answer(response, 200, expositionType, metricsText(latest, live));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        usageError(
          `metrics cannot be served on ${address}:${port}: ${error.code === "EADDRINUSE" ? "the port is already in use" : error.message}`,
          "choose another port, or a free one with --metrics-port 0",
          error,
        ),
      ),
    );
    server.listen({ host: address, port }, resolve);
  });
  const endpoint = server.address();
  if (endpoint === null || typeof endpoint === "string")
    throw new Error("a listening server has a port. This is a bug in floodgate.");
  return {
    url: `http://${address}:${endpoint.port}/metrics`,
    show: (result, running) => (latest = { result, ...running }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function metricsText(
  { result, stage, connections }: { readonly result: RunResult } & ServedFacts,
  live: LiveConnections,
): string {
  const chosen = connections === null ? [] : live.choose(connections, result.durationMs);
  return metricsReport(result, { stage, connections: chosen });
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { "Content-Type": type }).end(text);
}
