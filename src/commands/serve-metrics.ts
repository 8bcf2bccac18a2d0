import { createServer, type ServerResponse } from "node:http";
import { usageError } from "../errors/floodgate-error.ts";
import { metricsReport } from "../report/metrics-report.ts";
import type { RunResult } from "../result/run-result.ts";
import { expositionType } from "../units/exposition-format.ts";

const address = "127.0.0.1";

/** A run that can be watched from outside while it goes on. */
export interface MetricsServer {
  /** `http://127.0.0.1:<port>/metrics` */
  readonly url: string;
  /** What there is to tell from now on. */
  show(result: RunResult, stage: string): void;
  /** Resolves when the port is free again. */
  close(): Promise<void>;
}

/**
 * Answers `GET /metrics` (Prometheus) and `GET /healthz` on the loopback address, 503 before there is anything to tell.
 * Text is only made when somebody asks. Throws a usage error when the port cannot be had.
 */
export async function serveMetrics(port: number): Promise<MetricsServer> {
  let latest: { readonly result: RunResult; readonly stage: string } | null = null;
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
    else answer(response, 200, expositionType, metricsReport(latest.result, latest));
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
    show: (result, stage) => (latest = { result, stage }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { "Content-Type": type }).end(text);
}
