import process from "node:process";
import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { ShutdownStatistics } from "../mock-server/shut-down-sessions.ts";
import { metricsMemory } from "./metrics-memory.ts";
import { forkMock } from "./mock-child.ts";
import { processMemory, processTreeMemory } from "./proc-memory.ts";
import { readRemoteBooks } from "./remote-books.ts";
import { spawnServer } from "./spawned-server.ts";
import { noMemory, type TargetMemory } from "./target-memory.ts";
import type { TargetMemoryRequest, TargetRequest } from "./target-request.ts";

/** A target that can be connected to. */
export interface OpenTarget {
  readonly url: string;
  /** For people: `mock (echo)`, `ws://host/path`. */
  readonly description: string;
  readonly memory: TargetMemory;
  /** The books of a floodgate mock since its start; null when the target is another server or does not answer. */
  readBooks(): Promise<Readonly<Record<string, number>> | null>;
  /**
   * Ends what was started for this target; nothing for one that was running already. May be called again. Never throws.
   * Gives how the mock ended; null for any other target.
   */
  close(): Promise<ShutdownStatistics | null>;
}

/**
 * Starts the target when that is asked for, waits until it can be connected to and finds where its memory is read. Throws a
 * FloodgateError when it cannot be started, and `OpeningStopped` when `signal` is aborted while a command of the user starts.
 */
export async function openTarget(request: TargetRequest, host: Host, signal?: AbortSignal): Promise<OpenTarget> {
  switch (request.kind) {
    case "mock": {
      const mock = await forkMock(request.options);
      return {
        url: mock.url,
        description: `mock (${request.options.mode})`,
        memory: processMemory(mock.pid),
        readBooks: () => mock.readBooks(),
        close: () => mock.close(),
      };
    }
    case "spawn": {
      const server = await spawnServer(request.command, request.url, host, signal);
      return {
        url: request.url,
        description: `${request.url} (started with "${request.command}")`,
        memory: processTreeMemory(server.pid),
        readBooks: () => readRemoteBooks(request.url),
        close: async () => {
          await server.close();
          return null;
        },
      };
    }
    case "url":
      return {
        url: request.url,
        description: request.url,
        memory: requestedMemory(request.memory, host),
        readBooks: () => readRemoteBooks(request.url),
        close: () => Promise.resolve(null),
      };
  }
}

function requestedMemory(request: TargetMemoryRequest | null, host: Host): TargetMemory {
  if (request === null)
    return noMemory("not asked for: --target-pid, --spawn or --target-metrics tells where to read it");
  if (request.kind === "metrics") return metricsMemory(request.url, host.clock);
  if (!exists(request.pid)) {
    throw usageError(
      `--target-pid "${request.pid}": there is no such process on this machine`,
      "name the process that listens there, or leave it out",
    );
  }
  return processMemory(request.pid);
}

/** Signal 0 is none: it only asks. A process of another user answers EPERM. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
