import type { RunEnd } from "../engine/collected.ts";
import type { PlanRun } from "../engine/run-plan.ts";
import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import type { Progress } from "./show-progress.ts";

type StopSignal = "SIGINT" | "SIGTERM";

/**
 * Ctrl-C once: the run that goes on sends no more, waits for answers and is saved; no further run is started. Twice:
 * leave at once. Listens from its making until `release`.
 */
export class StopRequests {
  #run: PlanRun | null = null;
  #progress: Progress | null = null;
  #hasRun = false;
  #first: StopSignal | null = null;
  readonly #abort = new AbortController();
  readonly #host: Host;
  readonly #unlisten: () => void;

  constructor(host: Host) {
    this.#host = host;
    this.#unlisten = host.onStopSignal((signal) => this.#heard(signal));
  }

  /** The run that a request stops from now on, until `detach`. One that was already asked for stops it at once. */
  attach(run: PlanRun, progress: Progress | null): void {
    this.#run = run;
    this.#progress = progress;
    this.#hasRun = true;
    if (this.#first !== null) run.stop(endBy(this.#first));
  }

  /** That run is over. */
  detach(): void {
    this.#run = null;
    this.#progress = null;
  }

  /** Aborted by the first request. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether there was a request: then no further run is started. */
  get isAsked(): boolean {
    return this.#first !== null;
  }

  /** What the process ends with after a request. */
  get exitCode(): ExitCode {
    return this.#first === "SIGTERM" ? exitCode.terminated : exitCode.interrupted;
  }

  release(): void {
    this.#unlisten();
  }

  #heard(signal: StopSignal): void {
    if (this.#first !== null) {
      this.#say("[WARN] leaving at once; nothing more is saved");
      this.#host.exitNow(this.exitCode);
    }
    this.#first = signal;
    this.#abort.abort();
    this.#say(`[INFO] ${signal}: ${this.#whatNow()}; once more to leave at once`);
    this.#run?.stop(endBy(signal));
  }

  #whatNow(): string {
    if (this.#run !== null) return "no more is sent, waiting for answers";
    return this.#hasRun ? "no further run is started" : "not started yet, so nothing is sent";
  }

  #say(line: string): void {
    if (this.#progress === null) this.#host.stderr.write(`${line}\n`);
    else this.#progress.print(`${line}\n`);
  }
}

function endBy(signal: StopSignal): Exclude<RunEnd, { kind: "running" | "completed" }> {
  return { kind: "interrupted", signal };
}
