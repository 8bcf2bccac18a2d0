import { readProblem, readValue, type Reading } from "./reading.ts";

/** Where to connect: the URL without user name and password, and those as an `Authorization` value (RFC 7617). */
export interface TargetUrl {
  readonly url: string;
  readonly basicAuthorization: string | null;
}

/** Reads `ws://` and `wss://` URLs (RFC 6455 section 3): a host, a port of 1 .. 65535, no fragment. */
export function readTargetUrl(text: string): Reading<TargetUrl> {
  const fault = faultOf(text);
  if (fault !== null) return fault;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return readProblem("is not a URL", "write it like ws://127.0.0.1:8080/path");
  }
  if (url.port === "0") return readProblem("has the port 0", "a port is a number from 1 to 65535");
  const basicAuthorization = basicOf(url);
  if (basicAuthorization === null) return readValue({ url: text, basicAuthorization });
  url.username = "";
  url.password = "";
  return readValue({ url: url.href, basicAuthorization });
}

/** What `new URL` would accept or name badly; null when it may decide. */
function faultOf(text: string): ReturnType<typeof readProblem> | null {
  if (/\s/.test(text) || text === "") return readProblem("is not a URL", "write it like ws://127.0.0.1:8080/path");
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(text);
  if (parts === null) return readProblem("has no scheme", `write ws://${text.replace(/^(wss?|https?):\/*|^\/+/i, "")}`);
  const [, scheme = "", authority = "", rest = ""] = parts;
  const lower = scheme.toLowerCase();
  if (lower === "http" || lower === "https") {
    return readProblem("is not a WebSocket URL", `write ws${lower === "https" ? "s" : ""}://${authority}${rest}`);
  }
  if (lower !== "ws" && lower !== "wss") return readProblem(`has the scheme "${scheme}"`, "write ws:// or wss://");
  const hostAndPort = authority.slice(authority.lastIndexOf("@") + 1);
  if (hostAndPort === "" || hostAndPort.startsWith(":"))
    return readProblem("names no host", "write it like ws://127.0.0.1:8080/path");
  const port = /:([^:\]]*)$/.exec(hostAndPort)?.[1];
  if (port !== undefined && !isPort(port))
    return readProblem(`has the port "${port}"`, "a port is a number from 1 to 65535");
  if (rest.includes("#"))
    return readProblem("has a fragment", "a WebSocket URL has none: leave out # and what follows, or write %23");
  return null;
}

function isPort(text: string): boolean {
  return text === "" || (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535);
}

function basicOf(url: URL): string | null {
  if (url.username === "" && url.password === "") return null;
  const words = `${decodePercent(url.username)}:${decodePercent(url.password)}`;
  return `Basic ${Buffer.from(words, "utf8").toString("base64")}`;
}

/** A percent sign that stands for nothing stays as it is. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
