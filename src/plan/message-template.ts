import { readProblem, readValue, type Reading } from "./reading.ts";

/** What stands around the payload in every message. */
export interface MessageTemplate {
  readonly prefix: string;
  readonly suffix: string;
}

/** Bytes of the marker by which a message is known again; it opens the payload and is ASCII. */
export const markerBytes = 32;

const placeholder = "{{payload}}";

/** Splits a template at its one `{{payload}}`. Any other `{{word}}` is refused: it would be sent as it stands. */
export function readTemplate(text: string): Reading<MessageTemplate> {
  const words = [...text.matchAll(/\{\{[^{}]*\}\}/g)].map((match) => match[0]);
  const unknown = words.find((word) => word !== placeholder);
  if (unknown !== undefined)
    return readProblem(`has the unknown word ${unknown}`, `the one word that is replaced is ${placeholder}`);
  if (words.length === 0)
    return readProblem(`has no ${placeholder}`, `write ${placeholder} where the message body goes, once`);
  if (words.length > 1) return readProblem(`has ${placeholder} ${words.length} times`, `write ${placeholder} once`);
  const at = text.indexOf(placeholder);
  return readValue({ prefix: text.slice(0, at), suffix: text.slice(at + placeholder.length) });
}

/** Bytes of the smallest message this template can make. */
export function smallestMessageBytes(template: MessageTemplate): number {
  return Buffer.byteLength(template.prefix) + markerBytes + Buffer.byteLength(template.suffix);
}
