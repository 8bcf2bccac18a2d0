import type { Host } from "../host/host.ts";
import { defaultMockOptions, type MockOptions } from "../mock-server/mock-options.ts";
import type { SettingTexts } from "./profile-schema.ts";
import { readChecked } from "./setting-kinds.ts";
import { readToken } from "./read-connect.ts";

/** The mock's options from its settings; what is not given is as in `defaultMockOptions`. */
export function readMock(texts: NonNullable<SettingTexts["mock"]>, origin: string, env: Host["env"]): MockOptions {
  const base = defaultMockOptions;
  const share = (raw: string | number | undefined) => (raw === undefined ? 0 : readChecked("share", raw));
  return {
    port: texts.port === undefined ? base.port : readChecked("port", texts.port),
    mode: texts.mode ?? base.mode,
    seed: texts.seed === undefined ? base.seed : readChecked("seed", texts.seed),
    maxConnections: texts.maxConnections === undefined ? null : readChecked("connections", texts.maxConnections),
    bearer: texts.bearer === undefined ? null : readToken(texts.bearer, origin, env),
    latency: texts.latency === undefined ? base.latency : readChecked("latency", texts.latency),
    dropRatio: share(texts.drop),
    duplicateRatio: share(texts.duplicate),
    reorderRatio: share(texts.reorder),
    corruptRatio: share(texts.corrupt),
    disconnectAfterMessages: texts.disconnectAfter === undefined ? null : readChecked("count", texts.disconnectAfter),
    disconnectRatio: share(texts.disconnectRate),
    refuseRatio: share(texts.refuseRate),
    stall: texts.stall === undefined ? null : readChecked("stall", texts.stall),
    leakBytesPerMessage: texts.leak === undefined ? 0 : readChecked("size", texts.leak),
    maxMessageBytes: texts.maxMessage === undefined ? base.maxMessageBytes : readChecked("size", texts.maxMessage),
  };
}
