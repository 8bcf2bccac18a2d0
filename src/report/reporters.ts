import type { RunResult } from "../result/run-result.ts";

/**
 * A result as the text of a file. The text follows from the saved result alone, so that a report made later from its file
 * is the same byte for byte.
 */
export type RenderReport = (result: RunResult) => string;

/** A kind of report, and the flag that asks for it. */
export interface Reporter {
  /** `--csv`. */
  readonly flag: `--${string}`;
  /** What follows the flag in help: `<file>`. */
  readonly value: string;
  /** What the report holds, for help and docs/configuration.md. */
  readonly about: string;
  /** Loads the code of this one report: a run that asks for none of it does not wait for it. */
  load(): Promise<RenderReport>;
}

/** Every report that a flag of `run`, `report` and `merge` asks for, in the order of help. */
export const reporters: readonly Reporter[] = [
  {
    flag: "--csv",
    value: "<file>",
    about: "one row for each second of load, as CSV",
    load: async () => (await import("./csv-report.ts")).renderCsv,
  },
];
