import { existsSync } from "node:fs";
import { Value } from "@sinclair/typebox/value";
import { noiseFloorSchema, noiseFloorSchemaName, type NoiseFloor } from "../compare/noise-floor-record.ts";
import { noiseFloorProblem, type StoredNoiseFloor } from "../compare/noise-floor.ts";
import { FloodgateError, usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import { firstFault } from "../result/first-fault.ts";
import { parseJsonText, readJsonText } from "../result/json-file.ts";
import type { RunResult } from "../result/run-result.ts";
import { noiseFloorPath } from "./noise-floor-files.ts";

/**
 * The noise floor for runs like this one: that of `file`, which must fit, or the one that `floodgate calibrate` has kept for
 * this load and host, if there is one. What was kept but cannot be used is told on stderr and left out.
 */
export async function findNoiseFloor(
  file: string | null,
  run: RunResult,
  host: Pick<Host, "clock" | "stderr">,
): Promise<StoredNoiseFloor | null> {
  if (file !== null) return await readFitting(file, run, host);
  const kept = noiseFloorPath(run);
  if (!existsSync(kept)) return null;
  try {
    return await readFitting(kept, run, host);
  } catch (error) {
    if (!(error instanceof FloodgateError)) throw error;
    host.stderr.write(`[WARN] the stored noise floor is not used: ${error.message}\n`);
    return null;
  }
}

async function readFitting(file: string, run: RunResult, { clock }: Pick<Host, "clock">): Promise<StoredNoiseFloor> {
  const record = parseNoiseFloor(await readJsonText(file, "noise floor"), file);
  const problem = noiseFloorProblem(record, run, clock.epochMs());
  if (problem === null) return { file, record };
  throw usageError(
    `the noise floor "${file}" ${problem}`,
    "floodgate calibrate makes a new one for this load and host",
  );
}

/** Reads and checks the text of a noise floor; `path` is only named in errors. Throws a usage error of one line. */
export function parseNoiseFloor(text: string, path: string): NoiseFloor {
  const parsed = parseJsonText(text, path, "noise floor");
  const schema = typeof parsed === "object" && parsed !== null && "schema" in parsed ? parsed.schema : undefined;
  if (schema !== noiseFloorSchemaName) {
    const found =
      schema === undefined
        ? `it has no "schema"`
        : `its "schema" is ${JSON.stringify(schema)}, not "${noiseFloorSchemaName}"`;
    throw usageError(
      `"${path}" is not a noise floor: ${found}`,
      "a noise floor is a file that floodgate calibrate has saved",
    );
  }
  if (Value.Check(noiseFloorSchema, parsed)) return parsed;
  throw usageError(
    `"${path}" was edited or damaged: ${firstFault(noiseFloorSchema, parsed)}`,
    "calibrate again, or take an untouched copy",
  );
}
