import { readProblem, readValue, type Reading } from "./reading.ts";
import { inRoom, roomName, roomPlaceholder } from "./rooms.ts";

/** What stands around the payload in every message. */
export interface MessageTemplate {
  readonly prefix: string;
  readonly suffix: string;
}

/** Bytes of the marker by which a message is known again; it opens the payload and is ASCII. */
export const markerBytes = 32;

const placeholder = "{{payload}}";

/**
 * Splits a template at its one `{{payload}}`; `{{room}}` may stand in either part. Any other `{{word}}` is refused: it
 * would be sent as it stands.
 */
export function readTemplate(text: string): Reading<MessageTemplate> {
  const words = [...text.matchAll(/\{\{[^{}]*\}\}/g)]
    .map((match) => match[0])
    .filter((word) => word !== roomPlaceholder);
  const unknown = words.find((word) => word !== placeholder);
  if (unknown !== undefined)
    return readProblem(
      `has the unknown word ${unknown}`,
      `the word that is replaced is ${placeholder}, and in mode broadcast ${roomPlaceholder}`,
    );
  if (words.length === 0)
    return readProblem(`has no ${placeholder}`, `write ${placeholder} where the message body goes, once`);
  if (words.length > 1) return readProblem(`has ${placeholder} ${words.length} times`, `write ${placeholder} once`);
  const at = text.indexOf(placeholder);
  return readValue({ prefix: text.slice(0, at), suffix: text.slice(at + placeholder.length) });
}

/** Bytes of the smallest message this template can make, with rooms so many in number. */
export function smallestMessageBytes(template: MessageTemplate, rooms: number): number {
  const name = roomName(0, rooms);
  const around = inRoom(template.prefix, name) + inRoom(template.suffix, name);
  return Buffer.byteLength(around) + markerBytes;
}
