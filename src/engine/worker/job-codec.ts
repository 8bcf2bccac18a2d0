import { JobKeys, keyNames, keyPlaceholder } from "../../plan/job-keys.ts";
import type { Plan, QueuePlan } from "../../plan/plan.ts";
import { markerBytes, MessageCodec, type EncodedMessage, type MessageFormat } from "../../wire/message-codec.ts";

/** Makes messages about jobs: the payload is the id and nothing else, and the key follows from connection and sequence. */
export class JobCodec extends MessageCodec {
  readonly #keys: JobKeys;

  constructor(format: MessageFormat, keys: JobKeys, runId: string) {
    super({ ...format, variable: { word: keyPlaceholder, values: keyNames(keys.keys) } }, runId);
    this.#keys = keys;
  }

  override encode(connectionId: number, sequence: number): EncodedMessage {
    super.useValue(this.#keys.keyOf(connectionId, sequence));
    return super.encode(connectionId, sequence);
  }

  /** The key is not the caller's to choose. */
  override useValue(): void {
    return;
  }
}

/** Which keys the connections of a run have. */
export function jobKeysOf({ segments }: Pick<Plan, "segments">, { keys }: QueuePlan): JobKeys {
  return new JobKeys(keys, Math.max(...segments.map(({ connections }) => connections)));
}

/** Makes what takes a job back; null where there is no such message. Its ids are those of the plan's messages. */
export function makeCancelCodec({ message, runId }: Plan, { form }: QueuePlan, keys: JobKeys): JobCodec | null {
  if (form.cancel === null) return null;
  const { prefix, suffix } = form.cancel;
  const name = keyNames(keys.keys)[0]!;
  const around = (prefix + suffix).replaceAll(keyPlaceholder, name);
  const sizeBytes = Buffer.byteLength(around) + markerBytes;
  const format = { sizeBytes, frameType: message.frameType, templatePrefix: prefix, templateSuffix: suffix };
  return new JobCodec(format, keys, runId);
}
