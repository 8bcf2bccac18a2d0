import type { OutgoingMessage } from "./transport.ts";

/** A message that is none of a run's: a greeting, a wish, what a neighbour of probes says. */
export function plainMessage(text: string, isText = true): OutgoingMessage {
  const length = Buffer.byteLength(text);
  const words = new Int32Array(Math.ceil(length / 4));
  const bytes = Buffer.from(words.buffer, 0, length);
  bytes.write(text);
  return { words, bytes, isText };
}
