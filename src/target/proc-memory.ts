import { readdir, readFile } from "node:fs/promises";
import { platform } from "node:os";
import type { MemoryReading } from "../engine/memory-source.ts";
import type { TargetMemory } from "./target-memory.ts";

/** What /proc/<pid>/status tells; absent lines are null. The "kB" of /proc are KiB (proc(5)). */
export interface ProcStatus {
  readonly rssBytes: number | null;
  /** The highest resident size the process ever had. */
  readonly hwmBytes: number | null;
  readonly threads: number | null;
}

/** Parses the text of /proc/<pid>/status. */
export function parseProcStatus(text: string): ProcStatus {
  return {
    rssBytes: kibibytes(text, "VmRSS"),
    hwmBytes: kibibytes(text, "VmHWM"),
    threads: firstNumber(text, "Threads"),
  };
}

/** Proportional sizes out of /proc/<pid>/smaps_rollup: shared pages are divided by their users. */
export interface SmapsRollup {
  readonly pssBytes: number | null;
  readonly swapPssBytes: number | null;
}

/** Parses the text of /proc/<pid>/smaps_rollup. */
export function parseSmapsRollup(text: string): SmapsRollup {
  return { pssBytes: kibibytes(text, "Pss"), swapPssBytes: kibibytes(text, "SwapPss") };
}

/** The resident memory of one process, with its own peak. */
export function processMemory(pid: number): TargetMemory {
  return new ProcMemory(
    `/proc/${pid}/status VmRSS`,
    async () => {
      const status = await readStatus(pid);
      if (status?.rssBytes == null) return null;
      return status.hwmBytes === null
        ? { bytes: status.rssBytes }
        : { bytes: status.rssBytes, peakBytes: status.hwmBytes };
    },
    `process ${pid} is gone`,
  );
}

/**
 * The resident memory of a process and all its descendants, added up. Pages they share count once for each, so this is an
 * upper bound; the peaks of several processes were not reached at one instant and are not added.
 */
export function processTreeMemory(pid: number): TargetMemory {
  return new ProcMemory(
    `/proc VmRSS of process ${pid} and its children`,
    async () => {
      let bytes = 0;
      let hasAny = false;
      for (const member of await processTree(pid)) {
        const status = await readStatus(member);
        if (status?.rssBytes == null) continue;
        bytes += status.rssBytes;
        hasAny = true;
      }
      return hasAny ? { bytes } : null;
    },
    `process ${pid} and its children are gone`,
  );
}

class ProcMemory implements TargetMemory {
  readonly source: string;
  unavailable: string | null;
  readonly #read: () => Promise<MemoryReading | null>;
  readonly #goneReason: string;
  readonly #isSupported: boolean;

  constructor(source: string, read: () => Promise<MemoryReading | null>, goneReason: string) {
    this.source = source;
    this.#read = read;
    this.#goneReason = goneReason;
    this.#isSupported = platform() === "linux";
    this.unavailable = this.#isSupported ? null : "memory of another process is read from /proc, which only Linux has";
  }

  async read(): Promise<MemoryReading | null> {
    if (!this.#isSupported) return null;
    const reading = await this.#read();
    this.unavailable = reading === null ? this.#goneReason : null;
    return reading;
  }
}

async function readStatus(pid: number): Promise<ProcStatus | null> {
  const text = await readOrNull(`/proc/${pid}/status`);
  return text === null ? null : parseProcStatus(text);
}

/** The process and its descendants; those that have ended meanwhile are left out. */
async function processTree(root: number): Promise<readonly number[]> {
  const members = [root];
  for (const member of members) members.push(...(await childrenOf(member)));
  return members;
}

/** A child belongs to the thread that started it, so all threads are asked. */
async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = [];
  for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const text = await readOrNull(`/proc/${pid}/task/${thread}/children`);
    for (const child of text?.split(" ") ?? []) if (child !== "") children.push(Number(child));
  }
  return children;
}

/** True while the group has a member that is more than a zombie. Zombies stay until their parent looks, which may be never. */
export async function hasLivingMember(processGroup: number): Promise<boolean> {
  for (const entry of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const member = parseProcStat((await readOrNull(`/proc/${entry}/stat`)) ?? "");
    if (member?.processGroup === processGroup && member.isLiving) return true;
  }
  return false;
}

/** What /proc/<pid>/stat tells of a process that may have ended. */
export interface ProcStat {
  readonly processGroup: number;
  /**
   * False for a zombie that has no threads left. One whose other threads are still ending holds all it has open, its
   * listening port too.
   */
  readonly isLiving: boolean;
}

/** Parses the text of /proc/<pid>/stat, `pid (command) state ppid pgrp ... num_threads ...` (proc(5)); null for another. */
export function parseProcStat(text: string): ProcStat | null {
  // The command may hold any character, so what counts is behind the last ")": state is the third field, and the first here.
  const fields = text.split(") ").at(-1)?.split(" ") ?? [];
  const [state, processGroup, threads] = [fields[0], Number(fields[2]), Number(fields[17])];
  if (Number.isNaN(processGroup) || Number.isNaN(threads)) return null;
  return { processGroup, isLiving: state !== "Z" || threads > 1 };
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null; // the process has ended between two looks
  }
}

function kibibytes(text: string, key: string): number | null {
  const value = firstNumber(text, key);
  return value === null ? null : value * 1024;
}

function firstNumber(text: string, key: string): number | null {
  const match = new RegExp(`^${key}:\\s*(\\d+)`, "m").exec(text);
  return match === null ? null : Number(match[1]);
}
