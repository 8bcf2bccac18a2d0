import { spawn, type ChildProcess } from "node:child_process";
import { connect } from "node:net";
import { platform } from "node:os";
import process from "node:process";
import { runError, usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import { LastLines } from "./last-lines.ts";
import { hasLivingMember } from "./proc-memory.ts";

const readyLimitMs = 30_000;
const pollMs = 50;
const connectLimitMs = 1000;
const termLimitMs = 5000;

/** A server that a command of the user has started. */
export interface SpawnedServer {
  /** Of the shell that runs the command; the server may be its child. */
  readonly pid: number;
  /** SIGTERM to the whole process group, SIGKILL after 5 s. */
  close(): Promise<void>;
}

/** The one who asked for the server does not want it any more: the signal given to `spawnServer` was aborted. */
export class OpeningStopped extends Error {
  constructor(command: string) {
    super(`stopped while "${command}" was starting`);
    this.name = "OpeningStopped";
  }
}

/**
 * Runs `command` in a shell and a process group of its own (so that Ctrl-C here does not reach it), and waits until the host
 * and port of `url` accept connections. Throws a run error when it ends before that or takes longer than 30 s, and a
 * usage error when something listens there already: the test would be of that one. Once `signal` is aborted it ends what
 * it has started and throws `OpeningStopped`.
 */
export async function spawnServer(
  command: string,
  url: string,
  host: Host,
  signal?: AbortSignal,
): Promise<SpawnedServer> {
  if (platform() === "win32") {
    throw usageError(
      "--spawn needs process groups, which Windows does not have",
      "start the server yourself and name its URL",
    );
  }
  const { hostname, port } = endpointOf(url);
  if (await accepts(hostname, port)) {
    throw usageError(
      `something listens on ${hostname}:${port} already, before "${command}" was started`,
      "end it, or name another port",
    );
  }
  const child = spawn(command, { shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"], cwd: host.cwd });
  const lines = new LastLines(child.stdout, child.stderr);
  const server = new ServerGroup(child, host);
  await server.started(command);
  const limitMs = host.clock.monotonicMs() + readyLimitMs;
  while (!(await accepts(hostname, port))) {
    if (server.hasEnded)
      throw runError(
        `"${command}" ended (${server.end}) before it accepted connections on ${hostname}:${port}`,
        lastWords(lines),
      );
    if (host.clock.monotonicMs() > limitMs) {
      await server.close();
      throw runError(
        `"${command}" did not accept connections on ${hostname}:${port} within ${readyLimitMs / 1000} s`,
        lastWords(lines),
      );
    }
    if (signal?.aborted === true) {
      await server.close();
      throw new OpeningStopped(command);
    }
    await delay(pollMs);
  }
  return server;
}

class ServerGroup implements SpawnedServer {
  readonly #child: ChildProcess;
  readonly #host: Host;
  readonly #exited: Promise<void>;
  readonly #onOwnExit = (): void => void this.#signal("SIGKILL");
  #isGone = false;
  #startError: Error | undefined;

  constructor(child: ChildProcess, host: Host) {
    this.#child = child;
    this.#host = host;
    this.#exited = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", (error) => {
        this.#startError = error;
        resolve();
      });
    });
    // Leaving at once (the second Ctrl-C) must not leave the server behind.
    process.once("exit", this.#onOwnExit);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** For people: `exit code 1`, `signal SIGSEGV`. */
  get end(): string {
    return this.#child.signalCode === null
      ? `exit code ${this.#child.exitCode ?? "unknown"}`
      : `signal ${this.#child.signalCode}`;
  }

  async started(command: string): Promise<void> {
    if (this.#child.pid !== undefined) return;
    await this.#exited;
    throw runError(`"${command}" cannot be started: ${this.#startError?.message ?? "no process"}`);
  }

  async close(): Promise<void> {
    this.#signal("SIGTERM");
    const limitMs = this.#host.clock.monotonicMs() + termLimitMs;
    while (this.#host.clock.monotonicMs() < limitMs && (await this.#isAlive())) await delay(pollMs);
    this.#signal("SIGKILL");
    await this.#exited;
    process.off("exit", this.#onOwnExit);
  }

  async #isAlive(): Promise<boolean> {
    if (!this.#signal(0)) return false;
    return platform() !== "linux" || (await hasLivingMember(this.pid));
  }

  /** Signals all members of the group; false when there are none left. 0 only asks. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    if (this.#isGone) return false; // its number may belong to another group by now
    try {
      process.kill(-this.pid, signal);
    } catch {
      this.#isGone = true;
    }
    return !this.#isGone;
  }
}

function lastWords(lines: LastLines): string | undefined {
  const text = lines.text();
  return text === "" ? "it wrote nothing" : `its last lines: ${text}`;
}

function endpointOf(url: string): { readonly hostname: string; readonly port: number } {
  const parsed = new URL(url);
  const port = parsed.port === "" ? (parsed.protocol === "wss:" ? 443 : 80) : Number(parsed.port);
  return { hostname: parsed.hostname.replace(/^\[|\]$/g, ""), port };
}

/** Whether a TCP connection can be opened now. */
function accepts(hostname: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port, timeout: connectLimitMs });
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
  });
}

function delay(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
