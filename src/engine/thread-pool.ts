import { MessageChannel, receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { Tinypool } from "tinypool";
import type { ShareTask, ThreadTask, WorkerEvent, WorkerOutcome } from "./worker-messages.ts";
import { youngGenerationMib, type WorkerHandle, type WorkerPool, type WorkerPoolListener } from "./worker-pool.ts";

/** From the closing of a worker's port to the outcome of its task. */
const outcomeGraceMs = 500;
const destroyTimeoutMs = 2000;

/** Threads for one run, each with one share. The only user of tinypool. */
export class ThreadPool implements WorkerPool {
  readonly workers: readonly WorkerHandle[];
  readonly residentBytes = 0;
  readonly #pool: Tinypool;
  readonly #tasks: readonly Promise<void>[];
  readonly #ports: readonly MessagePort[];

  /** `entry` is the built file that exports `runTask`. */
  constructor(entry: URL, tasks: readonly ShareTask[], listener: WorkerPoolListener) {
    this.#pool = new Tinypool({
      filename: entry.href,
      name: "runTask",
      minThreads: tasks.length,
      maxThreads: tasks.length,
      idleTimeout: 60_000,
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMib },
    });
    const handles = tasks.map((task) => this.#start(task, listener));
    this.workers = handles.map(({ handle }) => handle);
    this.#tasks = handles.map(({ done }) => done);
    this.#ports = handles.map(({ port }) => port);
  }

  async allEnded(): Promise<void> {
    await Promise.all(this.#tasks);
  }

  async destroy(): Promise<void> {
    for (const port of this.#ports) port.close();
    // Tinypool waits for an exit event, which a thread that is gone already will not send again.
    const patience = new Promise<void>((resolve) => setTimeout(resolve, destroyTimeoutMs).unref());
    await Promise.race([this.#pool.destroy(), patience]);
  }

  #start(
    task: ShareTask,
    listener: WorkerPoolListener,
  ): { handle: WorkerHandle; done: Promise<void>; port: MessagePort } {
    const { port1, port2 } = new MessageChannel();
    const state: { lostReason: string | null; isOver: boolean; giveUp: (reason: string) => void } = {
      lostReason: null,
      isOver: false,
      giveUp: () => undefined,
    };
    const hear = (event: WorkerEvent): void => listener.onEvent(task.workerIndex, event);
    port1.on("message", hear);
    const done = new Promise<void>((resolve) => {
      let grace: NodeJS.Timeout | undefined;
      const end = (lostReason: string | null): void => {
        if (state.isOver) return;
        state.isOver = true;
        clearTimeout(grace);
        // The outcome comes by a way of its own, and may overtake what the worker told last.
        for (let told = receiveMessageOnPort(port1); told !== undefined; told = receiveMessageOnPort(port1)) {
          hear(told.message as WorkerEvent);
        }
        state.lostReason = lostReason;
        if (lostReason !== null) listener.onLost(task.workerIndex, lostReason);
        resolve();
      };
      this.#pool.run({ ...task, port: port2 } satisfies ThreadTask, { transferList: [port2] }).then(
        (outcome: WorkerOutcome) => end(outcome.kind === "failed" ? outcome.reason : null),
        (error: unknown) => end(error instanceof Error ? error.message : String(error)),
      );
      // A thread that ends without an error is not noticed by tinypool; its port closes all the same. A worker that is
      // done closes the port shortly before its task resolves.
      port1.on("close", () => {
        if (!state.isOver) grace = setTimeout(() => end("its thread ended unexpectedly"), outcomeGraceMs);
      });
      state.giveUp = end;
    });
    const handle: WorkerHandle = {
      index: task.workerIndex,
      get lostReason() {
        return state.lostReason;
      },
      giveUp: (reason) => state.giveUp(reason),
      tell: (command) => port1.postMessage(command),
    };
    return { handle, done, port: port1 };
  }
}
