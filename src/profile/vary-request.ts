import type { Host } from "../host/host.ts";
import { requestFrom } from "./make-run-request.ts";
import type { SettingLayer } from "./merge-layers.ts";
import type { SettingTexts } from "./profile-schema.ts";
import type { RunRequest } from "./run-request.ts";

/** What may differ from run to run of a series. What is left out stays as it was asked for. */
export interface RunChanges {
  /** Messages per second in total; takes the place of the whole load, stages and burst included. */
  readonly ratePerSecond?: number;
  readonly connections?: number;
  /** Of the load; only beside `ratePerSecond` when the request has stages, of which each has its own. */
  readonly durationMs?: number;
  readonly seed?: number;
  /** Another target, a `ws://` or `wss://` URL; the old one is then not started, nor its memory read. */
  readonly url?: string;
  readonly title?: string;
  /** Beside those of the request. */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The same request with a few things changed: all settings are resolved and the plan is made anew (with a run id, and
 * unless one was asked for a seed, of its own), so that limits, thresholds and the saved settings are those of the run it
 * asks for. Throws usage errors as `makeRunRequest` does; a change is named as one "of this run".
 */
export function varyRequest(request: RunRequest, changes: RunChanges, host: Host): RunRequest {
  const layer: SettingLayer = {
    kind: "flags",
    texts: textsOf(changes),
    origin: ([setting = "setting"]) => `the ${setting} of this run`,
  };
  const { source } = request;
  return { ...requestFrom({ ...source, changes: [...source.changes, layer] }, host), output: request.output };
}

function textsOf({ ratePerSecond, connections, durationMs, seed, url, title, tags }: RunChanges): SettingTexts {
  return {
    ...(ratePerSecond !== undefined && { rate: decimalText(ratePerSecond) }),
    ...(connections !== undefined && { connections: String(connections) }),
    ...(durationMs !== undefined && { duration: `${decimalText(durationMs)}ms` }),
    ...(seed !== undefined && { seed: String(seed) }),
    ...(url !== undefined && { target: url }),
    ...(title !== undefined && { title }),
    ...(tags !== undefined && { tags }),
  };
}

/** Digits without an exponent, as settings are written; six decimals of a message per second or a millisecond will do. */
function decimalText(value: number): string {
  return String(Number(value.toFixed(6)));
}
