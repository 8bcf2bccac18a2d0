import { Value } from "@sinclair/typebox/value";
import { usageError, type FloodgateError } from "../errors/floodgate-error.ts";
import { firstFault } from "../result/first-fault.ts";
import { decideProbeVerdict } from "./judge-probes.ts";
import { probeRecordSchema, probeSchemaName, type ProbeRecord } from "./probe-record.ts";

const anyVersion = /^floodgate[.]probe\/\d+$/;

/** Whether a parsed file calls itself a record of probes, of this or another version. */
export function isProbeRecord(parsed: unknown): boolean {
  if (typeof parsed !== "object" || parsed === null || !("schema" in parsed)) return false;
  return typeof parsed.schema === "string" && anyVersion.test(parsed.schema);
}

/**
 * The same value as a record, once it is whole: its form, and its verdict, which has to follow from its findings. `path` is
 * only named in errors. Throws a usage error of one line.
 */
export function checkProbeRecord(parsed: unknown, path: string): ProbeRecord {
  const { schema } = parsed as { readonly schema: string };
  if (schema !== probeSchemaName) {
    throw usageError(
      `"${path}" was made by a newer floodgate ("${schema}"); this one reads "${probeSchemaName}"`,
      "update floodgate to read it",
    );
  }
  if (!Value.Check(probeRecordSchema, parsed)) throw damaged(path, firstFault(probeRecordSchema, parsed));
  const { probes, strict, verdict } = parsed;
  if (verdict.outcome === "interrupted") return parsed;
  const { outcome, exitCode } = decideProbeVerdict(probes, { strict, interrupted: null });
  if (verdict.outcome === outcome && verdict.exitCode === exitCode) return parsed;
  throw damaged(path, `its verdict is ${verdict.outcome} (${verdict.exitCode}), its findings say ${outcome}`);
}

function damaged(path: string, what: string): FloodgateError {
  // Names in it come from the file, and may have lines of their own.
  return usageError(
    `"${path}" was edited or damaged: ${what.replace(/\s+/g, " ")}`,
    "take an untouched copy, or probe again",
  );
}
