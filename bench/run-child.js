// One generator as a child process, measured from outside: its CPU by the kernel's books, its memory by /proc.
import { fileURLToPath } from "node:url";
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

/** Fields of /proc/<pid>/stat from the third on; CPU times are 11 to 14: own user and system, ended children's user and system. */
function statFields(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function cpuSecondsOf(pid) {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function endedChildrenCpuSeconds() {
  const fields = statFields("self");
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
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
  return { code, output, stderr, cpuSeconds: after - before, mostResidentBytes };
}

/** Starts bench/echo-server.js on the last core. `books()` gives the messages it has echoed and its CPU seconds. */
export async function startEchoServer() {
  const server = startServer([fileURLToPath(new URL("./echo-server.js", import.meta.url))]);
  const port = await server.nextLine();
  return {
    ...server,
    url: `ws://127.0.0.1:${port}/`,
    async books() {
      server.child.stdin.write("books\n");
      return { messages: JSON.parse(await server.nextLine()).messages, cpuSeconds: cpuSecondsOf(server.child.pid) };
    },
  };
}

/** The same with the mock server of floodgate, whose books are asked by HTTP between the runs. */
export async function startMock(main) {
  const server = startServer([main, "serve", "--port", "0"]);
  const line = await server.nextLine();
  const url = /ws:[^ ,]+/.exec(line)?.[0];
  const statsUrl = /http:[^ ,]+/.exec(line)?.[0];
  if (url === undefined || statsUrl === undefined) throw new Error(`the mock did not say where it is: ${line}`);
  return {
    ...server,
    url,
    async books() {
      const { messagesIn } = await (await fetch(statsUrl)).json();
      return { messages: messagesIn, cpuSeconds: cpuSecondsOf(server.child.pid) };
    },
  };
}

function startServer(args) {
  const [command, ...rest] = pinned(availableParallelism() - 1, [process.execPath, ...args]);
  const child = spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async nextLine() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${args.join(" ")} ended`);
      return value;
    },
    close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      return ended;
    },
  };
}
