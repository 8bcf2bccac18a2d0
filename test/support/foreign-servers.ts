import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A server to run against, started by a test on a free port of 127.0.0.1. */
export interface ForeignServer {
  readonly url: string;
  /** Of its process; absent for a server inside this one. */
  readonly pid?: number;
  /** Resolves when it has ended. */
  close(): Promise<void>;
}

/** The Debian package that brings each program. Tests fail without them, they are not skipped. */
const packages = { nginx: "nginx-light", websocketd: "websocketd" } as const;
/** Debian's Python packages are seen by Debian's Python only. */
const debianPython = "/usr/bin/python3";
const startTimeoutMs = 20_000;

/** Throws with the name of the package to install when the program is missing. */
export function findProgram(name: keyof typeof packages): string {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/bin", "/usr/local/bin"];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(`this test needs ${name}: apt-get install ${packages[name]}`);
}

/** The echo server of Debian's python3-websockets; text and binary, offers permessage-deflate. */
export async function startPythonEcho(): Promise<ForeignServer> {
  const script = fileURLToPath(new URL("./python-echo.py", import.meta.url));
  const child = spawn(debianPython, [script], { stdio: ["pipe", "pipe", "pipe"] });
  const output = collectOutput(child);
  try {
    const [port] = await waitForOutput(child, output, /^\d+$/m);
    return { url: `ws://127.0.0.1:${port}`, pid: child.pid!, close: () => stop(child) };
  } catch (error) {
    await stop(child);
    if (/No module named|ENOENT/.test(output.text + String(error))) {
      throw new Error(`this test needs Debian's websockets for ${debianPython}: apt-get install python3-websockets`);
    }
    throw error;
  }
}

/** `websocketd`: each connection is a process, by default one that gives back line by line; text only, no newline in a message. */
export async function startWebsocketd(command: readonly string[] = ["cat"]): Promise<ForeignServer> {
  const program = findProgram("websocketd");
  const { child, port } = await startOnFreePort((port) =>
    spawn(program, ["--address=127.0.0.1", `--port=${port}`, "--loglevel=error", ...command], {
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  return { url: `ws://127.0.0.1:${port}/`, pid: child.pid!, close: () => stop(child) };
}

/** PEM files for a proxy that speaks TLS to its clients. */
export interface ProxyTls {
  readonly certFile: string;
  readonly keyFile: string;
}

/** nginx as reverse proxy before `upstreamUrl` (ws://host:port). */
export async function startNginxProxy(upstreamUrl: string, tls?: ProxyTls): Promise<ForeignServer> {
  const { server, port } = await startNginx((port) => nginxConfig(port, upstreamUrl, tls));
  return { ...server, url: `${tls === undefined ? "ws" : "wss"}://127.0.0.1:${port}/` };
}

/** nginx with nchan: what comes over a WebSocket to /room/<name> goes to all that are connected there. */
export async function startNchan(): Promise<ForeignServer> {
  const module = nchanModules.find((path) => existsSync(path));
  if (module === undefined) throw new Error("this test needs nchan: apt-get install libnginx-mod-nchan");
  const { server, port } = await startNginx((port) => nchanConfig(port, module));
  return { ...server, url: `ws://127.0.0.1:${port}/room/{{room}}` };
}

const nchanModules = ["/usr/lib/nginx/modules/ngx_nchan_module.so", "/usr/share/nginx/modules/ngx_nchan_module.so"];

/** With everything of it in a folder that goes away with it. */
async function startNginx(
  configFor: (port: number) => string,
): Promise<{ readonly server: Omit<ForeignServer, "url">; readonly port: number }> {
  const program = findProgram("nginx");
  const folder = await mkdtemp(join(tmpdir(), "floodgate-nginx-"));
  try {
    const { child, port } = await startOnFreePort(async (port) => {
      await writeFile(join(folder, "nginx.conf"), configFor(port));
      return spawn(program, ["-p", folder, "-c", "nginx.conf", "-e", "stderr"], { stdio: ["ignore", "pipe", "pipe"] });
    });
    const close = async (): Promise<void> => {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    };
    return { server: { pid: child.pid!, close }, port };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function nginxConfig(port: number, upstreamUrl: string, tls: ProxyTls | undefined): string {
  const listen =
    tls === undefined
      ? `listen 127.0.0.1:${port};`
      : `listen 127.0.0.1:${port} ssl; ssl_certificate "${tls.certFile}"; ssl_certificate_key "${tls.keyFile}";`;
  return nginxConfigOf(
    "",
    `
  server {
    ${listen}
    location / {
      proxy_pass ${upstreamUrl.replace(/^ws/, "http")};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $host;
      proxy_read_timeout 60s;
    }
  }`,
  );
}

function nchanConfig(port: number, module: string): string {
  return nginxConfigOf(
    `load_module ${module};`,
    `
  nchan_shared_memory_size 32M;
  server {
    listen 127.0.0.1:${port};
    location ~ ^/room/(\\w+)$ {
      nchan_pubsub websocket;
      nchan_channel_id $1;
      nchan_store_messages off;
      nchan_subscriber_first_message newest;
    }
  }`,
  );
}

/** A configuration of one worker: what stands before everything, and what stands in its http block. */
function nginxConfigOf(first: string, http: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`);
  return `
${first}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 2048; }
http {
  access_log off;
  ${temporary.join(" ")}
  ${http}
}
`;
}

/** Another process may take the free port first: then the program ends at once and the next port is tried. */
async function startOnFreePort(
  start: (port: number) => ChildProcess | Promise<ChildProcess>,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  let lastError: unknown;
  for (let attempt = 0; attempt < 5; attempt++) {
    const port = await findFreePort();
    const child = await start(port);
    const output = collectOutput(child);
    try {
      await waitUntilListening(child, output, port);
      return { child, port };
    } catch (error) {
      lastError = error;
      await stop(child);
    }
  }
  throw lastError;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

interface Output {
  text: string;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

function collectOutput(child: ChildProcess): Output {
  running.add(child);
  child.once("exit", () => running.delete(child));
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (output.text += text));
  }
  return output;
}

function waitForOutput(child: ChildProcess, output: Output, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new Error(`${child.spawnfile} ${reason}\n${output.text}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${startTimeoutMs} ms`), startTimeoutMs);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code, signal) => fail(`ended: ${signal ?? String(code)}`));
    child.stdout?.on("data", () => {
      const match = pattern.exec(output.text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    });
  });
}

/** Knocks until the port answers; a program that ends before is the end of waiting. */
async function waitUntilListening(child: ChildProcess, output: Output, port: number): Promise<void> {
  let failure: string | undefined;
  child.once("error", (error) => (failure = error.message));
  child.once("exit", (code, signal) => (failure = `ended: ${signal ?? String(code)}`));
  const giveUpAt = performance.now() + startTimeoutMs;
  while (!(await answers(port))) {
    if (performance.now() > giveUpAt) failure ??= `was not ready after ${startTimeoutMs} ms`;
    if (failure !== undefined) throw new Error(`${child.spawnfile} ${failure}\n${output.text}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** SIGTERM, and SIGKILL to one that does not obey. */
function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
