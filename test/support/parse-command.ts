import { runCli } from "../../src/cli/program.ts";
import type { CommandHandlers } from "../../src/commands/command-words.ts";
import type { ExitCode } from "../../src/errors/exit-code.ts";
import type { Host } from "../../src/host/host.ts";
import type { MockOptions } from "../../src/mock-server/mock-options.ts";
import type { RunRequest } from "../../src/profile/run-request.ts";
import { fakeHost } from "./fake-host.ts";

/** What a command line came to: the handler called with what, or the words on stderr. */
export interface ParsedCommand {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly called: readonly (readonly [command: string, ...words: unknown[]])[];
}

/** Runs the program with handlers that only take notes. */
export async function parseCommand(args: readonly string[], changes: Partial<Host> = {}): Promise<ParsedCommand> {
  const { host, stdout, stderr } = fakeHost({ ...changes, args });
  const called: [string, ...unknown[]][] = [];
  const note =
    (command: string) =>
    (...words: unknown[]) => {
      called.push([command, ...words]);
      return Promise.resolve<ExitCode>(0);
    };
  const handlers: CommandHandlers = {
    run: note("run"),
    capacity: note("capacity"),
    calibrate: note("calibrate"),
    probe: note("probe"),
    serve: note("serve"),
    report: note("report"),
    merge: note("merge"),
    compare: note("compare"),
    trend: note("trend"),
    profiles: note("profiles"),
    examples: note("examples"),
  };
  const code = await runCli(host, handlers);
  return { code, stdout: stdout(), stderr: stderr(), called };
}

/** The request that `floodgate run <args>` makes; throws with its stderr when it makes none. */
export async function runRequest(args: readonly string[], changes: Partial<Host> = {}): Promise<RunRequest> {
  const parsed = await parseCommand(["run", ...args], changes);
  const [command, request] = parsed.called[0] ?? [];
  if (command !== "run") throw new Error(parsed.stderr);
  return request as RunRequest;
}

/** The options that `floodgate serve <args>` makes. */
export async function serveOptions(args: readonly string[], changes: Partial<Host> = {}): Promise<MockOptions> {
  const parsed = await parseCommand(["serve", ...args], changes);
  const [command, options] = parsed.called[0] ?? [];
  if (command !== "serve") throw new Error(parsed.stderr);
  return options as MockOptions;
}
