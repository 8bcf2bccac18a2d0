import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import { markerBytes } from "../plan/message-template.ts";
import type { ConnectPlan, ReconnectPlan, TlsPlan } from "../plan/plan.ts";
import { roomPlaceholder } from "../plan/rooms.ts";
import type { TargetUrl } from "../plan/target-url.ts";
import type { MergedSettings } from "./merge-layers.ts";
import type { SettingTexts } from "./profile-schema.ts";
import { readResume } from "./read-resume.ts";
import { readChecked } from "./setting-kinds.ts";

/** Where settings find what lies outside of them. */
export interface SettingSurroundings {
  readonly env: Host["env"];
  /** What a path of this setting is relative to: the profile's directory, or the working directory for flags. */
  directoryOf(setting: string): string;
}

/** What stands for the address of the mock until it has told its port. */
export const mockPlaceholderUrl = "ws://127.0.0.1:0/";
/** The same where the mock has rooms: it reads there which one a connection is in. */
const mockRoomUrl = `${mockPlaceholderUrl}?room=${roomPlaceholder}`;

/** The address of an opened mock, with path and query of the placeholder that a plan was made with. */
export function atMock(placeholder: string, opened: string): string {
  return placeholder === mockPlaceholderUrl ? opened : `${opened}/${placeholder.slice(mockPlaceholderUrl.length)}`;
}

/** How connections are opened: URL, headers, credentials, certificates. Reads the files named. */
export function readConnect(merged: MergedSettings, surroundings: SettingSurroundings): ConnectPlan {
  const { texts } = merged;
  const connect = texts.connect ?? {};
  const target = texts.target === undefined ? null : readChecked("url", texts.target);
  return {
    url: target?.url ?? (texts.mode === "broadcast" ? mockRoomUrl : mockPlaceholderUrl),
    ratePerSecond: connect.rate === undefined ? null : readChecked("rate", connect.rate),
    timeoutMs: readChecked("time", connect.timeout),
    localAddresses: readLocalAddresses(merged, target?.url ?? mockPlaceholderUrl),
    headers: readHeaders(merged, target, surroundings),
    subprotocols: readSubprotocols(merged),
    compress: connect.compress ?? false,
    tls: readTls(merged, surroundings),
    firstMessages: texts.firstMessage ?? [],
    ready: texts.ready === undefined ? null : readChecked("ready", texts.ready),
    reconnect: readReconnect(merged),
    disturb: {
      churnPerSecond: texts.churn === undefined ? 0 : readChecked("rate", texts.churn),
      dropAllAtMs: texts.dropAll === undefined ? null : readChecked("time", texts.dropAll),
    },
  };
}

function readLocalAddresses(merged: MergedSettings, url: string): readonly string[] {
  const lists = merged.texts.connect?.localAddresses ?? [];
  const addresses = lists.flatMap((list) => readChecked("local-addresses", list));
  const name = merged.nameOf("connect.localAddresses");
  const seen = new Set<string>();
  for (const address of addresses) {
    if (seen.has(address)) throw usageError(`${name} names ${address} twice`, "name each address once");
    seen.add(address);
  }
  const family = isIP(new URL(url).hostname.replace(/^\[|\]$/g, ""));
  const other = addresses.find((address) => family !== 0 && isIP(address) !== family);
  if (other === undefined) return addresses;
  throw usageError(
    `${name} names ${other}, from which no IPv${family} target can be reached`,
    `name IPv${family} addresses, or a target of the other kind`,
  );
}

function readHeaders(
  merged: MergedSettings,
  target: TargetUrl | null,
  surroundings: SettingSurroundings,
): readonly (readonly [string, string])[] {
  const connect = merged.texts.connect ?? {};
  const headers = Object.entries(connect.headers ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value): readonly [string, string] => [name, value.trim()]),
  );
  const credentials = [
    ...headers.filter(([name]) => name.toLowerCase() === "authorization").map(() => "an Authorization header"),
    ...(target?.basicAuthorization == null ? [] : ["user and password in the target URL"]),
    ...(connect.bearer === undefined ? [] : [`a bearer token (${merged.nameOf("connect.bearer")})`]),
  ];
  if (credentials.length > 1)
    throw usageError(`more than one thing sets Authorization: ${credentials.join(" and ")}`, "keep one of them");
  if (target?.basicAuthorization != null) return [...headers, ["Authorization", target.basicAuthorization]];
  if (connect.bearer === undefined) return headers;
  return [
    ...headers,
    ["Authorization", `Bearer ${readToken(connect.bearer, merged.nameOf("connect.bearer"), surroundings.env)}`],
  ];
}

/** The token itself, taken from the environment when it reads `env:NAME`. */
export function readToken(text: string, origin: string, env: Host["env"]): string {
  if (!text.startsWith("env:")) return text;
  const name = text.slice("env:".length);
  const token = env[name]?.trim() ?? "";
  if (token === "")
    throw usageError(
      `${origin} "${text}": the environment variable ${name} is not set`,
      `set it: ${name}=... floodgate run`,
    );
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw usageError(
      `${origin} "${text}": the environment variable ${name} holds no token`,
      "a token has no spaces and no line breaks",
    );
  }
  return token;
}

function readSubprotocols(merged: MergedSettings): readonly string[] {
  const names = merged.texts.connect?.subprotocols ?? [];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw usageError(
    `${merged.nameOf("connect.subprotocols")} names "${twice}" twice`,
    "name each subprotocol once (RFC 6455 section 4.1)",
  );
}

function readTls(merged: MergedSettings, surroundings: SettingSurroundings): TlsPlan {
  const { insecure = false, ca, cert, key } = merged.texts.connect ?? {};
  if ((cert === undefined) !== (key === undefined)) {
    const given = cert === undefined ? "connect.key" : "connect.cert";
    throw usageError(
      `${merged.nameOf(given)} needs both a certificate and its key`,
      "give --cert and --key (connect.cert and connect.key)",
    );
  }
  const isPlain = merged.texts.target?.toLowerCase().startsWith("wss:") !== true;
  const named = (["ca", "cert", "key"] as const).find((name) => merged.layerOf(`connect.${name}`) === "flags");
  if (isPlain && named !== undefined)
    throw usageError(`--${named} has no use: the target is not wss://`, "leave it out, or write wss://");
  const read = (name: "ca" | "cert" | "key", path: string | undefined) =>
    path === undefined ? null : readPem(path, `connect.${name}`, merged, surroundings);
  return { insecure, caPem: read("ca", ca), certPem: read("cert", cert), keyPem: read("key", key) };
}

function readPem(path: string, setting: string, merged: MergedSettings, surroundings: SettingSurroundings): string {
  const text = readSettingFile(path, setting, merged, surroundings);
  if (text.includes("-----BEGIN ")) return text;
  throw usageError(
    `${merged.nameOf(setting)} "${path}" is not a PEM file`,
    "it should have a line that starts with -----BEGIN",
  );
}

/** The text of a file that a setting names. */
export function readSettingFile(
  path: string,
  setting: string,
  merged: MergedSettings,
  surroundings: SettingSurroundings,
): string {
  try {
    return readFileSync(resolve(surroundings.directoryOf(setting), path), "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    const reason =
      { ENOENT: "there is no such file", EACCES: "it may not be read", EISDIR: "it is a directory" }[code] ?? code;
    throw usageError(
      `${merged.nameOf(setting)} "${path}" cannot be read: ${reason}`,
      `name a file that is there, from ${surroundings.directoryOf(setting)}`,
      cause,
    );
  }
}

/** The message template, from the file when one is named. */
export function readMessageText(merged: MergedSettings, surroundings: SettingSurroundings): string {
  const path = merged.texts.messageFile;
  if (path === undefined) return merged.texts.message ?? "{{payload}}";
  const text = readSettingFile(path, "messageFile", merged, surroundings);
  if (text.length < markerBytes && text.trim() === "")
    throw usageError(`${merged.nameOf("messageFile")} "${path}" is empty`, "write a template with {{payload}} in it");
  return text.replace(/\r?\n$/, "");
}

function readReconnect(merged: MergedSettings): ReconnectPlan | null {
  const { reconnect } = merged.texts;
  if (reconnect === undefined || reconnect === false) return null;
  const { base = "100ms", max = "10s", attempts, buffer, ...rest } = reconnect === true ? {} : reconnect;
  return {
    baseMs: readChecked("time", base),
    maxMs: readChecked("time", max),
    maxAttempts: attempts === undefined ? null : readChecked("count", attempts),
    bufferMessages: buffer === undefined ? null : readChecked("count", buffer),
    breaker: readBreaker(rest),
    resume: readResume(merged),
  };
}

function readBreaker({
  breaker,
  cooldown = "1s",
  whileOpen = "queue",
}: Exclude<NonNullable<SettingTexts["reconnect"]>, boolean>): ReconnectPlan["breaker"] {
  if (breaker === undefined) return null;
  return { failures: readChecked("count", breaker), cooldownMs: readChecked("time", cooldown), whileOpen };
}
