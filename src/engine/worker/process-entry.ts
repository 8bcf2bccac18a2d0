// The entry of a process that is one worker. Forked, told its task over the channel, never outlives its parent.
import { monotonicMs } from "../../host/monotonic-clock.ts";
import { residentBytes } from "../../host/process-probes.ts";
import { wakeOnTime } from "../../host/timer-slack.ts";
import { CellsSender } from "../../measure/cells-mirror.ts";
import { control } from "../../measure/worker-cells.ts";
import { makeTransportOpener } from "../../transport/open-transport.ts";
import { allocateCellsFor } from "../worker-memory.ts";
import type {
  FromWorkerProcess,
  ProcessTask,
  ToWorkerProcess,
  WorkerCommand,
  WorkerLink,
  WorkerOutcome,
} from "../worker-messages.ts";
import { runShare } from "./run-share.ts";

/** Counts that a process takes with it when it is killed are at most so old. */
const mirrorEveryMs = 250;
/** With nothing to mirror, memory is still told once a second. */
const quietTicks = 1000 / mirrorEveryMs;

async function runTask(task: ProcessTask): Promise<void> {
  wakeOnTime();
  const cells = allocateCellsFor(task.plan, task.workerIndex);
  const sender = new CellsSender(cells.memory);
  let ticksSinceTold = 0;
  const tell = (more: Pick<FromWorkerProcess, "event" | "outcome">): void => {
    ticksSinceTold = 0;
    // Every event takes the cells along, so that they are never behind what it says.
    send({ cells: sender.takeUpdate(), residentBytes: residentBytes(), ...more });
  };
  const mirror = setInterval(() => {
    ticksSinceTold += 1;
    const update = sender.takeUpdate();
    if (update === null && ticksSinceTold < quietTicks) return;
    ticksSinceTold = 0;
    send({ cells: update, residentBytes: residentBytes(), event: null, outcome: null });
  }, mirrorEveryMs);
  const link: WorkerLink = {
    tell: (event) => tell({ event, outcome: null }),
    onCommand: (listener) => {
      obey = (command, stop) => {
        cells.control[control.stop] = stop;
        listener(command);
      };
    },
    close: () => (obey = null),
  };
  const surroundings = { nowMs: monotonicMs, makeOpener: makeTransportOpener, link };
  const outcome = await runShare({ ...task, cells: cells.memory }, surroundings).then(
    (): WorkerOutcome => ({ kind: "finished" }),
    failed,
  );
  clearInterval(mirror);
  leave({ cells: sender.takeUpdate(), residentBytes: residentBytes(), event: null, outcome });
}

let obey: ((command: WorkerCommand, stop: number) => void) | null = null;

function failed(error: unknown): WorkerOutcome {
  return { kind: "failed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function send(message: FromWorkerProcess, whenSent?: () => void): void {
  // A parent that is gone refuses the message; "disconnect" says the rest.
  if (process.connected) process.send?.(message, undefined, {}, () => whenSent?.());
}

/** The last message; then this process ends, whatever is still open. */
function leave(message: FromWorkerProcess): void {
  send(message, () => process.exit());
}

process.on("message", (message: ToWorkerProcess) => {
  if (message.kind === "start") void runTask(message.task);
  else obey?.(message.command, message.stop);
});
process.on("uncaughtException", (error) =>
  leave({ cells: null, residentBytes: residentBytes(), event: null, outcome: failed(error) }),
);
// Also when the parent was killed: the kernel closes the channel.
process.on("disconnect", () => process.exit());
// Ctrl-C and `timeout` signal the whole group: the parent stops the load and drains first, and then ends this process.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
