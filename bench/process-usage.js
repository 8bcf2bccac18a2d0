// What a process and its descendants have used, by the kernel's books (/proc).
import { readFileSync } from "node:fs";

const ticksPerSecond = 100;

/** Fields of /proc/<pid>/stat from the third on. */
function statFields(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

const noCpu = { userSeconds: 0, systemSeconds: 0 };

/** CPU of this process's children that have ended, and of theirs. */
export function endedChildrenCpu() {
  const fields = statFields("self");
  return { userSeconds: Number(fields[13]) / ticksPerSecond, systemSeconds: Number(fields[14]) / ticksPerSecond };
}

/**
 * CPU seconds of a process and its descendants since each began, those that have ended included; and how often they
 * called write or writev, which is how Node sends. What leaves by send or sendmsg is not in that count.
 */
export function usageOfTree(pid) {
  const sum = { ...noCpu, writeCalls: 0 };
  for (const one of [pid, ...descendantsOf(pid)]) {
    try {
      const fields = statFields(one);
      sum.userSeconds += (Number(fields[11]) + Number(fields[13])) / ticksPerSecond;
      sum.systemSeconds += (Number(fields[12]) + Number(fields[14])) / ticksPerSecond;
      sum.writeCalls += Number(/^syscw: (\d+)/m.exec(readFileSync(`/proc/${one}/io`, "latin1"))?.[1] ?? NaN);
    } catch {
      // It has ended since it was listed; its parent has its CPU.
    }
  }
  return sum;
}

/** Process ids of its children and theirs; none when it has ended. */
export function descendantsOf(pid) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean).map(Number);
    return children.flatMap((child) => [child, ...descendantsOf(child)]);
  } catch {
    return [];
  }
}

/** CPU seconds that all cores of the machine have spent on anything, since it began. */
export function machineCpuSeconds() {
  const [user, nice, system, , , irq, softIrq, steal] = readFileSync("/proc/stat", "latin1").match(/\d+/g).map(Number);
  return (user + nice + system + irq + softIrq + steal) / ticksPerSecond;
}

/** Ends a process and its descendants, those first that would start others anew. */
export function endTree(pid) {
  for (const one of [pid, ...descendantsOf(pid)]) {
    try {
      process.kill(one, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/**
 * Memory of a process and its descendants with what they share counted once (proportional set size). The kernel walks
 * all their pages for it: some milliseconds.
 */
export function proportionalBytesOfTree(pid) {
  let bytes = 0;
  for (const one of [pid, ...descendantsOf(pid)]) {
    try {
      bytes += Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, "latin1"))[1]) * 1024;
    } catch {
      // It has ended since it was listed.
    }
  }
  return bytes;
}

/** The most memory a process has had resident so far; 0 when it has ended. */
export function mostResidentBytes(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
