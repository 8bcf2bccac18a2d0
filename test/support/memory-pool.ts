import type { ShareTask, WorkerCommand, WorkerEvent, WorkerLink } from "../../src/engine/worker-messages.ts";
import type { WorkerHandle, WorkerPool, WorkerPoolListener } from "../../src/engine/worker-pool.ts";
import { runShare } from "../../src/engine/worker/run-share.ts";
import { applyUpdate, CellsSender } from "../../src/measure/cells-mirror.ts";
import { control, controlView } from "../../src/measure/worker-cells.ts";
import type { OpenTransport } from "../../src/transport/open-transport.ts";

/** Where connections lead. */
export interface MemoryNetwork {
  readonly open: OpenTransport;
}

/** Workers that run their shares right here, on the fake clock and against a target in memory. */
export class MemoryPool implements WorkerPool {
  readonly residentBytes = 0;
  readonly workers: readonly MemoryWorker[];

  constructor(tasks: readonly ShareTask[], listener: WorkerPoolListener, target: MemoryNetwork) {
    this.workers = tasks.map((task) => new MemoryWorker(task, listener, target));
  }

  async allEnded(): Promise<void> {
    await Promise.all(this.workers.map(({ ended }) => ended));
  }

  async destroy(): Promise<void> {
    for (const worker of this.workers) worker.destroy();
    return Promise.resolve();
  }
}

/** A share with cells of its own, so that it can die: what it does after that reaches nobody. */
class MemoryWorker implements WorkerHandle {
  readonly index: number;
  readonly ended: Promise<void>;
  lostReason: string | null = null;
  readonly #shared: SharedArrayBuffer;
  readonly #own: SharedArrayBuffer;
  readonly #sender: CellsSender;
  readonly #listener: WorkerPoolListener;
  readonly #mirror: NodeJS.Timeout;
  #obey: ((command: WorkerCommand) => void) | null = null;
  #isOver = false;
  #whenEnded!: () => void;

  constructor(task: ShareTask, listener: WorkerPoolListener, target: MemoryNetwork) {
    this.index = task.workerIndex;
    this.#listener = listener;
    this.#shared = task.cells;
    this.#own = task.cells.slice(0);
    this.#sender = new CellsSender(this.#own);
    this.ended = new Promise((resolve) => (this.#whenEnded = resolve));
    this.#mirror = setInterval(() => this.#update(), 500);
    const link: WorkerLink = {
      tell: (event) => this.#told(structuredClone(event)),
      onCommand: (obey) => (this.#obey = obey),
      close: () => (this.#obey = null),
    };
    const surroundings = { nowMs: () => performance.now(), makeOpener: () => target.open, link };
    void runShare({ ...structuredClone({ ...task, cells: null }), cells: this.#own }, surroundings).then(
      () => this.#end(null),
      (error: unknown) => this.#end(String(error)),
    );
  }

  tell(command: WorkerCommand): void {
    controlView(this.#own)[control.stop] = controlView(this.#shared)[control.stop]!;
    void Promise.resolve().then(() => {
      if (!this.#isOver) this.#obey?.(command);
    });
  }

  giveUp(reason: string): void {
    this.#end(reason);
  }

  /** It dies between two turns of its loop, having counted all it did. */
  kill(reason: string): void {
    this.#end(reason);
  }

  destroy(): void {
    clearInterval(this.#mirror);
    this.#obey = null;
  }

  #told(event: WorkerEvent): void {
    void Promise.resolve().then(() => {
      if (this.#isOver) return;
      this.#update();
      this.#listener.onEvent(this.index, event);
    });
  }

  #update(): void {
    const update = this.#isOver ? null : this.#sender.takeUpdate();
    if (update !== null) applyUpdate(this.#shared, update);
  }

  #end(lostReason: string | null): void {
    if (this.#isOver) return;
    this.#update();
    this.#isOver = true;
    clearInterval(this.#mirror);
    this.lostReason = lostReason;
    if (lostReason !== null) this.#listener.onLost(this.index, lostReason);
    this.#whenEnded();
  }
}
