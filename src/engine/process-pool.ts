import { fork, type ChildProcess } from "node:child_process";
import { applyUpdate } from "../measure/cells-mirror.ts";
import { control, controlView } from "../measure/worker-cells.ts";
import type { FromWorkerProcess, ShareTask, ToWorkerProcess, WorkerCommand, WorkerOutcome } from "./worker-messages.ts";
import { youngGenerationMib, type WorkerHandle, type WorkerPool, type WorkerPoolListener } from "./worker-pool.ts";

/** A worker process that has told its outcome and is still there after so long is killed. */
const leaveLimitMs = 1000;
/** A process is told of the young generation by the size of its semi-spaces, of which there are three. */
const semiSpaceMib = Math.floor(youngGenerationMib / 3);

/**
 * Processes for one run, each with one share: for runs that need more open files than one process may have. They end
 * when this process does, however that happens.
 */
export class ProcessPool implements WorkerPool {
  readonly workers: readonly WorkerProcess[];

  /** `entry` is the built file that is a worker process. */
  constructor(entry: URL, tasks: readonly ShareTask[], listener: WorkerPoolListener) {
    this.workers = tasks.map((task) => new WorkerProcess(entry, task, listener));
  }

  get residentBytes(): number {
    return this.workers.reduce((sum, worker) => sum + worker.residentBytes, 0);
  }

  async allEnded(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.ended));
  }

  async destroy(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.destroy()));
  }
}

/** One forked process, whose cells are mirrored into those of its task. */
class WorkerProcess implements WorkerHandle {
  readonly index: number;
  /** When its share is done, or it is lost. */
  readonly ended: Promise<void>;
  lostReason: string | null = null;
  residentBytes = 0;
  readonly #child: ChildProcess;
  readonly #cells: SharedArrayBuffer;
  readonly #listener: WorkerPoolListener;
  /** The process is gone, and all it had sent has been heard. */
  readonly #gone: Promise<void>;
  #outcome: WorkerOutcome | null = null;
  #lastWords: string | null = null;
  #isOver = false;
  #whenEnded!: () => void;

  constructor(entry: URL, { cells, ...task }: ShareTask, listener: WorkerPoolListener) {
    this.index = task.workerIndex;
    this.#cells = cells;
    this.#listener = listener;
    this.ended = new Promise((resolve) => (this.#whenEnded = resolve));
    this.#child = fork(entry, [], {
      serialization: "advanced",
      execArgv: [`--max-semi-space-size=${semiSpaceMib}`],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#gone = this.#watch();
    this.#send({ kind: "start", task });
  }

  tell(command: WorkerCommand): void {
    this.#send({ kind: "command", command, stop: controlView(this.#cells)[control.stop]! });
  }

  giveUp(reason: string): void {
    this.#end(reason);
  }

  /** Never by disconnecting: the end of a channel is only noticed by reading it, so `#gone` would not come. */
  async destroy(): Promise<void> {
    // One that has told its outcome is leaving already; a frozen one would not hear a request to.
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), this.#outcome === null ? 0 : leaveLimitMs);
    await this.#gone;
    clearTimeout(killer);
  }

  #watch(): Promise<void> {
    const child = this.#child;
    child.on("message", (message: FromWorkerProcess) => this.#heard(message));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#lastWords ??= fatalLine(text)));
    return new Promise((resolve) => {
      // "close" comes when the process is gone and its pipes, the channel among them, are read to their end.
      child.once("close", (code, signal) => {
        this.#end(this.#outcome === null ? this.#describeEnd(code, signal) : reasonOf(this.#outcome));
        this.residentBytes = 0;
        resolve();
      });
      child.on("error", (error) => {
        // One that could not be started never closes; one that refused a message or a signal says the rest itself.
        if (child.pid !== undefined) return;
        this.#end(`its process could not be started: ${error.message}`);
        resolve();
      });
    });
  }

  #heard({ cells, residentBytes, event, outcome }: FromWorkerProcess): void {
    // What a worker that was given up still counts would change a result that has been settled without it.
    if (this.#isOver) return;
    this.residentBytes = residentBytes;
    if (cells !== null) applyUpdate(this.#cells, cells);
    if (event !== null) this.#listener.onEvent(this.index, event);
    this.#outcome ??= outcome;
  }

  #end(lostReason: string | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.lostReason = lostReason;
    if (lostReason !== null) this.#listener.onLost(this.index, lostReason);
    this.#whenEnded();
  }

  #describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `with code ${code ?? "unknown"}` : `by ${signal}`;
    const why = this.#lastWords === null ? "" : ` (${this.#lastWords})`;
    return `its process was ended ${how}${why}; what it did in its last quarter of a second is not counted`;
  }

  #send(message: ToWorkerProcess): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

function reasonOf(outcome: WorkerOutcome): string | null {
  return outcome.kind === "failed" ? outcome.reason : null;
}

/** What Node says before it ends itself: no memory left, for example. */
function fatalLine(text: string): string | null {
  return /^FATAL ERROR: .*$/m.exec(text)?.[0] ?? null;
}
