import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How one run of the built command ended. */
export interface CliEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Added to a clean environment: nothing of the surrounding one but PATH, HOME and TMPDIR is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to its standard input, which is then closed; without it, standard input is empty. */
  readonly stdin?: string;
  /** Each signal is sent once, when its pattern has appeared on stderr. Those of one pattern go in order. */
  readonly signals?: readonly { readonly after: RegExp; readonly signal: NodeJS.Signals }[];
  /** Then it is killed and the run rejects with what it had printed. */
  readonly timeoutMs?: number;
  /** Flags for Node itself. */
  readonly nodeArgs?: readonly string[];
  /** The limit of open files it is run with, in place of the one of the tests. */
  readonly openFiles?: number;
  /** Another script in place of the built command. */
  readonly script?: string;
}

/** A run of the built command that is still going. */
export interface RunningCli {
  readonly pid: number;
  /** Resolves with the match when the pattern is in the output so far; rejects when the run ends without it. */
  waitFor(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray>;
  sendSignal(signal: NodeJS.Signals): void;
  readonly end: Promise<CliEnd>;
}

const mainPath = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) killTree(child);
});

/** Runs `floodgate <args>` as built in dist/, on the Node that runs the tests, until it ends. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
  return startCli(args, options).end;
}

/** Starts `floodgate <args>`; the caller may watch it, and awaits `end`. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const command = [process.execPath, ...(options.nodeArgs ?? []), options.script ?? mainPath, ...args];
  const [name, ...words] = options.openFiles === undefined ? command : limited(options.openFiles, command);
  const child = spawn(name!, words, {
    cwd: options.cwd,
    env: cleanEnvironment(options.env ?? {}),
    stdio: ["pipe", "pipe", "pipe"],
    // A process group of its own, so that a run that hangs is killed with everything it started.
    detached: true,
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  const pendingSignals = [...(options.signals ?? [])];
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
      while (pendingSignals[0]?.after.test(output.stderr) === true) child.kill(pendingSignals.shift()!.signal);
      for (const watcher of watchers) watcher();
    });
  }
  // It may end without reading its input.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  let isOver = false;
  const end = new Promise<CliEnd>((resolve, reject) => {
    const timeoutMs = options.timeoutMs ?? 50_000;
    const timer = setTimeout(() => {
      killTree(child);
      reject(new Error(`floodgate ${args.join(" ")} had not ended after ${timeoutMs} ms${describe(output)}`));
    }, timeoutMs);
    const finish = (): void => {
      isOver = true;
      running.delete(child);
      clearTimeout(timer);
      for (const watcher of watchers) watcher();
    };
    child.on("error", (error) => {
      finish();
      reject(error);
    });
    child.on("close", (exitCode, signal) => {
      finish();
      resolve({ exitCode, signal, ...output });
    });
  });
  // Whoever only waits for output must not be told twice of the same failure.
  end.catch(() => undefined);
  return {
    pid: child.pid ?? -1,
    sendSignal: (signal) => void child.kill(signal),
    end,
    waitFor: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const match = pattern.exec(output[stream]);
          if (match === null && !isOver) return;
          watchers.delete(watch);
          if (match !== null) resolve(match);
          else reject(new Error(`floodgate ${args.join(" ")} never wrote ${String(pattern)}${describe(output)}`));
        };
        watchers.add(watch);
        watch();
      }),
  };
}

function limited(openFiles: number, command: readonly string[]): readonly string[] {
  return ["sh", "-c", `ulimit -n ${openFiles} && exec "$@"`, "sh", ...command];
}

function cleanEnvironment(added: Readonly<Record<string, string>>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "TMPDIR"]) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...added };
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function describe(output: { readonly stdout: string; readonly stderr: string }): string {
  return `\n--- stdout\n${output.stdout}\n--- stderr\n${output.stderr}`;
}
