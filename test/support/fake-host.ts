import type { Host } from "../../src/host/host.ts";

/** A host whose streams are kept as text. Random numbers count up; time stands still; nobody presses Ctrl-C. */
export function fakeHost(changes: Partial<Host> = {}): {
  readonly host: Host;
  readonly stdout: () => string;
  readonly stderr: () => string;
} {
  const written = { stdout: "", stderr: "" };
  let random = 0;
  const sink = (name: "stdout" | "stderr") => ({
    isTerminal: false,
    columns: 80,
    write: (text: string) => void (written[name] += text),
  });
  const host: Host = {
    args: [],
    env: {},
    cwd: "/",
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    clock: { monotonicMs: () => 0, epochMs: () => 0 },
    cores: 4,
    machineLimits: () => ({ openFiles: null, localPorts: null }),
    randomSeed: () => (random += 0x9e37_79b9) >>> 0,
    onStopSignal: () => () => undefined,
    exitNow: (code) => {
      throw new Error(`left with ${code}`);
    },
    ...changes,
  };
  return { host, stdout: () => written.stdout, stderr: () => written.stderr };
}
