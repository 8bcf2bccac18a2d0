/** What came of reading a text that a person wrote: its value, or what is wrong with it. */
export type Reading<T> = { readonly kind: "value"; readonly value: T } | TextProblem;

/** Reads on after the quoted text: `<where> "<text>" <problem>`, and the mend as a sentence of its own. */
export interface TextProblem {
  readonly kind: "problem";
  readonly problem: string;
  readonly hint: string;
}

/** A text that could be read. */
export function readValue<T>(value: T): Reading<T> {
  return { kind: "value", value };
}

/** A text that could not be read. */
export function readProblem(problem: string, hint: string): TextProblem {
  return { kind: "problem", problem, hint };
}
