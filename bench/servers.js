// The targets of the benchmarks, each in a process of its own on the last core.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { usageOfTree } from "./process-usage.js";
import { pinned, serverCore, startChild } from "./run-child.js";

/**
 * Starts bench/echo-server.js; `options.server` are that file's settings, `options.core` another core (null for any).
 * `books()` gives all it has counted since it started: `messages`, `bytes`, `reads` (that brought messages), `opened` and `open`
 * connections, `atMs` by its own clock, and its `cpuSeconds`; from the first one on `firstOpenedAtMs`, `lastOpenedAtMs` and
 * `firstMessageAtMs`, in milliseconds since the epoch.
 */
export function startEchoServer({ core, server: settings = {} } = {}) {
  return startOwnServer("./echo-server.js", settings, core);
}

/** The same as so many processes behind one port, for more connections than one may have open files. */
export function startEchoCluster(processes, { core } = {}) {
  return startOwnServer("./echo-cluster.js", { processes }, core);
}

/** bench/odd-server.js with its settings; the same as above for who uses it. */
export function startOddServer(settings, { core } = {}) {
  return startOwnServer("./odd-server.js", settings, core);
}

async function startOwnServer(file, settings, core = serverCore) {
  const server = startServer(core, [fileURLToPath(new URL(file, import.meta.url)), JSON.stringify(settings)]);
  const port = await server.nextLine();
  return {
    ...server,
    url: `${settings.keyPem === undefined ? "ws" : "wss"}://127.0.0.1:${port}/`,
    async books() {
      server.child.stdin.write("books\n");
      return { ...JSON.parse(await server.nextLine()), cpuSeconds: cpuSecondsOf(server.child.pid) };
    },
  };
}

/** `floodgate serve`. Its books are asked by HTTP, and so late while it is busy; it does not count its reads. */
export async function startMock(main, { core = serverCore, args = [] } = {}) {
  const server = startServer(core, [main, "serve", "--port", "0", ...args.map(String)]);
  const line = await server.nextLine();
  const url = /ws:[^ ,]+/.exec(line)?.[0];
  const statsUrl = /http:[^ ,]+/.exec(line)?.[0];
  if (url === undefined || statsUrl === undefined) throw new Error(`the mock did not say where it is: ${line}`);
  return {
    ...server,
    url,
    async books() {
      const stats = await (await fetch(statsUrl)).json();
      return {
        messages: stats.messagesIn,
        opened: stats.connectionsAccepted,
        open: stats.connectionsOpen,
        reads: NaN,
        atMs: performance.now(),
        cpuSeconds: cpuSecondsOf(server.child.pid),
        stats,
      };
    },
  };
}

function cpuSecondsOf(pid) {
  const { userSeconds, systemSeconds } = usageOfTree(pid);
  return userSeconds + systemSeconds;
}

function startServer(core, args) {
  const child = startChild(pinned(core, [process.execPath, ...args]), { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    pid: child.pid,
    async nextLine() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${args.join(" ")} ended`);
      return value;
    },
    close() {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGTERM");
      return ended;
    },
  };
}
