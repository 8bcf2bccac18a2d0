import { usageError } from "../errors/floodgate-error.ts";
import { formatCount } from "../units/count.ts";
import type { WorkersAs } from "./plan.ts";

/** What this machine allows one process, and one of its addresses. */
export interface MachineLimits {
  /** Files (and so connections) that one process may have open; null when there is no limit, or none that can be read. */
  readonly openFiles: number | null;
  /** Ports of one local address for connections to one target; null when that cannot be read. */
  readonly localPorts: number | null;
}

/** For a plan that is shown and not run. */
export const noLimits: MachineLimits = { openFiles: null, localPorts: null };

/** How many workers are wanted, and who says so. */
export interface WantedWorkers {
  readonly workers: number;
  /** `--workers` when the user gave the number; null when it may be raised. */
  readonly askedBy: string | null;
}

/** Files of a process without a connection: 23 were seen, and 5 more for each thread. */
const ownFiles = 40;
const filesPerThread = 6;
/** Connections that are closed count until the kernel has let go of them. */
const spareShare = 0.01;
/** What each worker process takes of the main process: its channel and its standard error. */
const filesPerProcess = 2;
const mostWorkers = 256;

/**
 * Threads where all connections fit into this process, else processes, and as many as it takes. Throws a usage error
 * when the user asked for too few, or for more processes than this one has files for.
 */
export function fitWorkers(
  connections: number,
  wanted: WantedWorkers,
  { openFiles }: MachineLimits,
): { readonly workers: number; readonly workersAs: WorkersAs } {
  const workers = Math.min(wanted.workers, connections);
  if (openFiles === null || connections + workers * filesPerThread <= connectionsPerProcess(openFiles)) {
    return { workers, workersAs: { kind: "threads" } };
  }
  const perProcess = connectionsPerProcess(openFiles);
  const needed = Math.ceil(connections / Math.max(1, perProcess));
  const most = mostProcesses(openFiles);
  const fits = perProcess >= 1 && needed <= most;
  const isFree = wanted.askedBy === null;
  if (fits && (isFree || (workers >= needed && workers <= most))) {
    return { workers: Math.min(most, Math.max(workers, needed)), workersAs: { kind: "processes", openFiles } };
  }
  const limit = `a process may open ${formatCount(openFiles)} files, room for ${formatCount(Math.max(0, perProcess))} connections`;
  if (!fits) {
    throw usageError(
      most < 1
        ? `${formatCount(connections)} connections do not fit: ${limit}`
        : `${formatCount(connections)} connections do not fit into ${most} processes: ${limit} each`,
      "raise the limit of open files (ulimit -n)",
    );
  }
  if (workers > most) {
    throw usageError(
      `${wanted.askedBy ?? ""} ${workers} is too many: a process may open ${formatCount(openFiles)} files, room for ${most} worker processes`,
      `use -w ${most} or fewer, or raise the limit of open files (ulimit -n)`,
    );
  }
  throw usageError(
    `${wanted.askedBy ?? ""} ${workers} is too few for ${formatCount(connections)} connections: ${limit}`,
    `use -w ${needed}, or raise the limit of open files (ulimit -n)`,
  );
}

/** Worker processes that the main process has files for. */
function mostProcesses(openFiles: number): number {
  return Math.max(0, Math.min(mostWorkers, Math.floor((openFiles - ownFiles) / filesPerProcess)));
}

/** Connections that a process can hold beside its own files; below 1 when it can hold none. */
export function connectionsPerProcess(openFiles: number): number {
  return openFiles - Math.max(ownFiles, Math.ceil(openFiles * spareShare));
}

/**
 * Of a socket that is bound to an address and no port, Linux looks through every second port of half the range first.
 * Once those are taken, each search goes through thousands: 1.4 ms were seen in place of 0.05 ms.
 */
const quickShareOfPorts = 1 / 4;

/** How many local addresses so many connections to one target need, and how many let them open quickly. */
export interface NeededAddresses {
  readonly least: number;
  readonly quick: number;
}

/** Null when the number of ports is not known. */
export function neededAddresses(connections: number, { localPorts }: MachineLimits): NeededAddresses | null {
  if (localPorts === null || localPorts < 1) return null;
  return {
    least: Math.ceil(connections / localPorts),
    quick: Math.ceil(connections / Math.max(1, Math.floor(localPorts * quickShareOfPorts))),
  };
}
