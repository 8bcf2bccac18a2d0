import type { ConnectPlan } from "../plan/plan.ts";
import { upgradeKey, upgradeRequest } from "../wire/handshake.ts";

/** What is wrong with an upgrade request; `none` for a good one. */
export type HandshakeChange =
  | "none"
  | "wrong-version"
  | "no-key"
  | "short-key"
  | "no-upgrade"
  | "wrong-method"
  | "wrong-path"
  | "no-credentials"
  | "wrong-credentials";

/** A request as it travels, with the key it was made for: only an answer to that key is an upgrade. */
export interface ChangedRequest {
  readonly key: string;
  readonly head: string;
}

const credentialHeader = /^(authorization|proxy-authorization|cookie)$|token|secret|api[-_]?key|session/i;
const credentialParameter = /^(key|auth|password)$|token|secret|api[-_]?key|session|access/i;
const missingPath = "/floodgate-probe/there-is-no-such-path";

/** Whether something in the request says who asks, so that it can be left out. */
export function hasCredentials({ url: text, headers }: Pick<ConnectPlan, "url" | "headers">): boolean {
  const url = new URL(text);
  return (
    url.username !== "" ||
    url.password !== "" ||
    headers.some(([name]) => credentialHeader.test(name)) ||
    [...url.searchParams.keys()].some((name) => credentialParameter.test(name))
  );
}

/** The upgrade request of this target with one thing changed. */
export function changedRequest(connect: ConnectPlan, change: HandshakeChange): ChangedRequest {
  const key = upgradeKey();
  const changeSecret = secretChange(change);
  const url = new URL(connect.url);
  if (changeSecret !== null) changeUrl(url, changeSecret);
  if (change === "wrong-path") url.pathname = missingPath;
  const headers = connect.headers.flatMap(([name, value]): [string, string][] => {
    if (changeSecret === null || !credentialHeader.test(name)) return [[name, value]];
    const changed = changeSecret(value);
    return changed === null ? [] : [[name, changed]];
  });
  const head = upgradeRequest({ url, headers, subprotocols: connect.subprotocols })(key);
  return { key, head: changeHead(head, key, change) };
}

/** What takes the place of a secret: nothing, or a wrong one of the same form; null where secrets stay. */
function secretChange(change: HandshakeChange): ((secret: string) => string | null) | null {
  if (change === "no-credentials") return () => null;
  return change === "wrong-credentials" ? wrongSecret : null;
}

/** The scheme stays (`Bearer ...`), of the rest the last character becomes another one. */
function wrongSecret(secret: string): string {
  return `${secret.slice(0, -1)}${secret.endsWith("x") ? "y" : "x"}`;
}

function changeUrl(url: URL, changeSecret: (secret: string) => string | null): void {
  url.password = url.password === "" ? "" : (changeSecret(url.password) ?? "");
  if (changeSecret("") === null) url.username = "";
  for (const name of new Set(url.searchParams.keys())) {
    if (!credentialParameter.test(name)) continue;
    const changed = changeSecret(url.searchParams.get(name) ?? "");
    if (changed === null) url.searchParams.delete(name);
    else url.searchParams.set(name, changed);
  }
}

function changeHead(head: string, key: string, change: HandshakeChange): string {
  switch (change) {
    case "wrong-version":
      return head.replace("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 12");
    case "no-key":
      return head.replace(`Sec-WebSocket-Key: ${key}\r\n`, "");
    case "short-key":
      return head.replace(key, Buffer.from("four").toString("base64"));
    case "no-upgrade":
      return head.replace(/^(Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-[^\r\n]*)\r\n/gm, "");
    case "wrong-method":
      return head.replace(/^GET /, "POST ").replace(/\r\n\r\n$/, "\r\nContent-Length: 0\r\n\r\n");
    case "none":
    case "wrong-path":
    case "no-credentials":
    case "wrong-credentials":
      return head;
  }
}
