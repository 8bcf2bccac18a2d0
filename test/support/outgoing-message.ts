import type { OutgoingMessage } from "../../src/transport/transport.ts";

/** A message in the form the transports take; its last word is padded with bytes that must never be sent. */
export function outgoingMessage(content: string | Buffer): OutgoingMessage {
  const source = Buffer.from(content as string);
  const words = new Int32Array(Math.ceil(source.length / 4));
  const all = Buffer.from(words.buffer);
  all.fill(0xee);
  source.copy(all);
  return { words, bytes: all.subarray(0, source.length), isText: typeof content === "string" };
}
