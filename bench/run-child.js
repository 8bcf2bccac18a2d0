// One generator as a child process, measured from outside: its CPU by the kernel's books, its memory by /proc.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";

const ticksPerSecond = 100;
const canPin = process.platform === "linux" && availableParallelism() >= 2;

/** The command that keeps `args` on one core, where there are two to keep apart. */
function pinned(core, args) {
  return canPin ? ["taskset", "-c", String(core), ...args] : args;
}

/** User and system CPU seconds of all children of this process that have ended. */
function endedChildrenCpuSeconds() {
  const stat = readFileSync("/proc/self/stat", "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { user: Number(fields[13]) / ticksPerSecond, system: Number(fields[14]) / ticksPerSecond };
}

function residentBytes(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/**
 * Runs `node <args>` on core 0 until it ends; gives what it wrote to stdout (parsed as JSON), its CPU seconds and the
 * largest memory seen. Children are run one at a time: the kernel adds up all that have ended.
 */
export async function runChild(args, timeoutMs) {
  const [command, ...rest] = pinned(0, [process.execPath, ...args]);
  const before = endedChildrenCpuSeconds();
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let mostResidentBytes = 0;
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const sampler = setInterval(() => (mostResidentBytes = Math.max(mostResidentBytes, residentBytes(child.pid))), 100);
  const killer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve(signal ?? exitCode));
  });
  clearInterval(sampler);
  clearTimeout(killer);
  const after = endedChildrenCpuSeconds();
  let output;
  try {
    output = JSON.parse(stdout);
  } catch {
    throw new Error(`node ${args.join(" ")}\nended with ${code} and no JSON\n${stdout}${stderr}`);
  }
  const user = after.user - before.user;
  const system = after.system - before.system;
  return { code, output, stderr, cpuSeconds: user + system, userSeconds: user, mostResidentBytes };
}

/** Starts bench/echo-server.js on the last core. `books()` asks it for its counts. */
export async function startEchoServer() {
  const script = new URL("./echo-server.js", import.meta.url).pathname;
  const [command, ...rest] = pinned(availableParallelism() - 1, [process.execPath, script]);
  const child = spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = (await lines.next()).value;
  return {
    url: `ws://127.0.0.1:${port}/`,
    async books() {
      child.stdin.write("books\n");
      return JSON.parse((await lines.next()).value);
    },
    close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.end();
      return ended;
    },
  };
}
