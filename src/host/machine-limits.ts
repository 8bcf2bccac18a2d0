import { readFileSync } from "node:fs";
import type { MachineLimits } from "./host.ts";

/** The limits of this process. Node has raised its own limit of open files as far as it may; children inherit that. */
export function readMachineLimits(): MachineLimits {
  return process.platform === "linux"
    ? {
        openFiles: openFilesOf(textOf("/proc/self/limits")),
        localPorts: portsOf(textOf("/proc/sys/net/ipv4/ip_local_port_range")),
      }
    : { openFiles: reportedOpenFiles(), localPorts: null };
}

/** The soft limit in the text of /proc/<pid>/limits; null for `unlimited`. */
export function openFilesOf(limits: string): number | null {
  const soft = /^Max open files\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined ? null : Number(soft);
}

/** How many ports the text of ip_local_port_range spans, both ends included. */
export function portsOf(range: string): number | null {
  const ends = /^\s*(\d+)\s+(\d+)\s*$/.exec(range);
  return ends === null ? null : Number(ends[2]) - Number(ends[1]) + 1;
}

/** Without /proc, Node's report on itself tells. It looks up the names of open connections, of which there are none yet. */
function reportedOpenFiles(): number | null {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : null;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
