import { keyPlaceholder } from "./job-keys.ts";
import type { MessageTemplate } from "./message-template.ts";
import { readProblem, readValue, type Reading } from "./reading.ts";

/** What stands around the id in the message that hands a job in. */
export interface JobTemplate extends MessageTemplate {
  /** Whether it has a place for filler. */
  readonly hasPadding: boolean;
}

const idPlaceholder = "{{id}}";
/** The word in the message that hands a job in that stands for filler. */
const paddingPlaceholder = "{{padding}}";

/** Splits the message that hands a job in at its one `{{id}}`; `{{key}}` and one `{{padding}}` may stand around it. */
export function readJobTemplate(text: string): Reading<JobTemplate> {
  const reading = splitAtId(text, [keyPlaceholder, paddingPlaceholder]);
  if (reading.kind === "problem") return reading;
  const paddings = text.split(paddingPlaceholder).length - 1;
  if (paddings > 1) return readProblem(`has ${paddingPlaceholder} ${paddings} times`, "write it once");
  return readValue({ ...reading.value, hasPadding: paddings === 1 });
}

/** The same for the message that takes a job back, which has no filler. */
export function readJobCancel(text: string): Reading<MessageTemplate> {
  return splitAtId(text, [keyPlaceholder]);
}

/** The template with so many letters of filler in place of `{{padding}}`. */
export function withPadding({ prefix, suffix }: MessageTemplate, letters: number): MessageTemplate {
  const filler = "x".repeat(letters);
  return {
    prefix: prefix.replace(paddingPlaceholder, filler),
    suffix: suffix.replace(paddingPlaceholder, filler),
  };
}

function splitAtId(text: string, others: readonly string[]): Reading<MessageTemplate> {
  const words = [...text.matchAll(/\{\{[^{}]*\}\}/g)].map((match) => match[0]);
  const unknown = words.find((word) => word !== idPlaceholder && !others.includes(word));
  const known = [idPlaceholder, ...others].join(", ");
  if (unknown !== undefined) return readProblem(`has the unknown word ${unknown}`, `the words here are ${known}`);
  const ids = words.filter((word) => word === idPlaceholder).length;
  if (ids !== 1)
    return readProblem(
      ids === 0 ? `has no ${idPlaceholder}` : `has ${idPlaceholder} ${ids} times`,
      `write ${idPlaceholder} where the id of the job goes, once`,
    );
  const at = text.indexOf(idPlaceholder);
  return readValue({ prefix: text.slice(0, at), suffix: text.slice(at + idPlaceholder.length) });
}
