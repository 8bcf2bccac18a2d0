import type { MergedSettings } from "./merge-layers.ts";
import type { SettingsRecord } from "./run-request.ts";
import type { Settings } from "./settings.ts";

const hidden = "(hidden)";
const secretHeader = /auth|cookie|token|secret|password|api[-_]?key|session/i;

/** Thresholds stand in the result with their outcome, those of the flags among them; probes are for another command. */
const notOfRuns = ["thresholds", "targetMemoryThresholds", "probe"];

/** The resolved settings as written, for the saved result: what a profile would say to get the same run. Secrets are hidden. */
export function recordSettings(merged: MergedSettings, settings: Settings): SettingsRecord {
  const { texts } = merged;
  const connect = texts.connect ?? {};
  const headers = Object.entries(connect.headers ?? {}).map(([name, value]): [string, unknown] => [
    name,
    secretHeader.test(name) ? hidden : value,
  ]);
  const record = {
    profile: settings.profile,
    environment: { name: settings.environment.name, reason: settings.environment.reason },
    ...texts,
    ...(texts.target === undefined ? {} : { target: withoutUser(texts.target) }),
    workers: settings.workers,
    connect: {
      ...connect,
      ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
      ...(connect.bearer === undefined ? {} : { bearer: hiddenToken(connect.bearer) }),
    },
    ...(texts.mock?.bearer === undefined ? {} : { mock: { ...texts.mock, bearer: hiddenToken(texts.mock.bearer) } }),
  };
  const told = Object.entries(record).filter(([name]) => !notOfRuns.includes(name));
  return JSON.parse(JSON.stringify(Object.fromEntries(told))) as SettingsRecord;
}

/** The name of a variable is no secret; a token is. */
function hiddenToken(text: string): string {
  return text.startsWith("env:") ? text : hidden;
}

function withoutUser(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, `$1${hidden}@`);
}
