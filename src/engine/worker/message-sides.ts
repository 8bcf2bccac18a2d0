import type { ConnectionTally } from "../../measure/connection-tally.ts";
import type { DeliveryLedger } from "../../measure/delivery-ledger.ts";
import type { IntervalRecorder } from "../../measure/interval-recorder.ts";
import type { WorkerCells } from "../../measure/worker-cells.ts";
import { MessageMix } from "../../plan/message-mix.ts";
import type { Plan } from "../../plan/plan.ts";
import { roomNames, roomPlaceholder } from "../../plan/rooms.ts";
import { MessageCodec, type Codec } from "../../wire/message-codec.ts";
import { MixedCodec } from "../../wire/mixed-codec.ts";
import type { ShareTask } from "../worker-messages.ts";
import { JobCodec, jobKeysOf } from "./job-codec.ts";
import { MessageRecorder } from "./message-recorder.ts";
import { SizedRecorder } from "./sized-recorder.ts";

// Chosen once, as a worker starts: a run whose messages are all alike has a codec and a recorder that know of no others.

/** Which message is of which size and kind; null where all are alike. */
export function mixOf({ message, seed }: Pick<Plan, "message" | "seed">): MessageMix | null {
  return message.mix === null ? null : new MessageMix(message.mix, seed);
}

/** Makes the messages of a run and knows them again. */
export function makeCodec(plan: Plan, mix: MessageMix | null): Codec {
  const { message, runId, broadcast, queue } = plan;
  if (queue !== null) return new JobCodec(message, jobKeysOf(plan, queue), runId);
  const { sizeBytes, frameType, templatePrefix, templateSuffix } = message;
  const variable =
    broadcast === null ? {} : { variable: { word: roomPlaceholder, values: roomNames(broadcast.rooms) } };
  const format = { templatePrefix, templateSuffix, ...variable };
  if (mix === null || message.mix === null) return new MessageCodec({ ...format, sizeBytes, frameType }, runId);
  const sizes = message.mix.sizes.map((size) => size.sizeBytes);
  return new MixedCodec(format, sizes, mix, runId);
}

/** What a recorder records into. */
export interface RecordingParts {
  readonly cells: WorkerCells;
  readonly ledger: DeliveryLedger;
  readonly intervals: IntervalRecorder;
  readonly openConnections: () => number;
  readonly tally: ConnectionTally;
}

/** Counts the messages of a worker, where they have several sizes by these too. */
export function makeRecorder(
  { plan, workerIndex }: Pick<ShareTask, "plan" | "workerIndex">,
  mix: MessageMix | null,
  { cells, ledger, intervals, openConnections, tally }: RecordingParts,
): MessageRecorder {
  const { mode, message, segments, workers } = plan;
  const closedLoop = segments.flatMap(({ phases }) => phases.map(({ load }) => load.kind === "max"));
  const facts = { expectsAnswers: mode === "echo", openConnections, tally };
  if (mix === null || message.mix === null) {
    const ofOneSize = { ...facts, messageBytes: message.sizeBytes };
    return new MessageRecorder(cells.phases, closedLoop, ledger, intervals, ofOneSize);
  }
  const sizes = {
    bytes: message.mix.sizes.map(({ sizeBytes }) => sizeBytes),
    sizeOf: (local: number, sequence: number) => mix.sizeOf(local * workers + workerIndex, sequence),
  };
  return new SizedRecorder(cells, closedLoop, ledger, intervals, { ...facts, sizes });
}
