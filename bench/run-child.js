// One generator as a child process on a core of its own, measured from outside.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { endedChildrenCpu, endTree, mostResidentBytes } from "./process-usage.js";
import { measureWindow } from "./measure-window.js";

export const generatorCore = 0;
export const serverCore = availableParallelism() - 1;

const memoryEveryMs = 100;
const living = new Set();

/** The command that keeps `args` on one core, where there are two to keep apart. `core` null: on any. */
export function pinned(core, args) {
  return core === null || availableParallelism() < 2 ? args : ["taskset", "-c", String(core), ...args];
}

/** Starts a command; what is still alive when the benchmarks end is ended with them. */
export function startChild(words, options) {
  const child = spawn(words[0], words.slice(1), options);
  living.add(child);
  child.once("close", () => living.delete(child));
  return child;
}

/** Ends every child there is, and waits for it. */
export async function endAllChildren() {
  await Promise.all(
    [...living].map((child) => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      endTree(child.pid);
      return ended;
    }),
  );
}

/**
 * Runs a command until it ends. Options: `core` (0; null for any), `timeoutMs`, `env` (added to ours), `isJson` (true: what it
 * writes to stdout is parsed), `onStart(child)`, and `window`: `{ server, warmSeconds, seconds, connections, endsChild }`,
 * which has the middle of its load measured (measure-window.js).
 *
 * Gives `{ code, output, stderr, cpuSeconds, userSeconds, systemSeconds, mostResidentBytes, window }`: CPU of the whole
 * process from start to end, and the most memory its root process had. Run one at a time: the kernel adds up all
 * children that have ended, servers that are closed meanwhile too. Throws when there is no JSON, or no window.
 */
export async function runChild(file, args, options) {
  const { core = generatorCore, timeoutMs, env = {}, isJson = true, window, onStart } = options;
  const before = endedChildrenCpu();
  const child = startChild(pinned(core, [file, ...args]), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let stdout = "";
  let stderr = "";
  let mostBytes = 0;
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const sampler = setInterval(() => (mostBytes = Math.max(mostBytes, mostResidentBytes(child.pid))), memoryEveryMs);
  const killer = setTimeout(() => endTree(child.pid), timeoutMs);
  const end = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve(signal ?? exitCode));
  });
  const measured = window === undefined ? undefined : measureWindow(child, window).catch((error) => ({ error }));
  onStart?.(child);
  const said = () => `${file} ${args.join(" ")}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`;
  try {
    const code = await end;
    const after = endedChildrenCpu();
    const found = await measured;
    if (found?.error !== undefined) throw new Error(`${found.error.message}: ${said()}`);
    const userSeconds = after.userSeconds - before.userSeconds;
    const systemSeconds = after.systemSeconds - before.systemSeconds;
    return {
      code,
      output: isJson ? parsed(stdout, () => `ended with ${code} and no JSON: ${said()}`) : stdout,
      stderr,
      cpuSeconds: userSeconds + systemSeconds,
      userSeconds,
      systemSeconds,
      mostResidentBytes: mostBytes,
      window: found,
    };
  } finally {
    clearInterval(sampler);
    clearTimeout(killer);
  }
}

function parsed(text, complaint) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(complaint());
  }
}
