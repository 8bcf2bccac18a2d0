/** What stands in a saved result where a secret was. */
export const hidden = "(hidden)";

const secretName =
  /^(authorization|proxy-authorization|cookie|bearer|token|password|passwd|secret|passphrase|credentials?|keyPem|key|cert-key)$/i;
const secretPart = /(token|secret|password|api[-_]?key|session[-_]?id|auth)/i;
const headerLists = /^headers?$/i;
/** Texts sent to log in: their words are the user's, their length is enough to recognise them by. */
const loginTexts = /^first-?messages?$/i;

/**
 * A deep copy as plain JSON data with everything left out that would let a reader of the file log in:
 * bearer tokens, values of request headers that carry credentials, private keys, first messages, user name,
 * password and secret parameters in URLs. What is no JSON (functions, undefined) is dropped.
 */
export function hideSecrets(value: unknown): unknown {
  return hideIn(value, "");
}

/** The URL without user name, password and the values of parameters whose name says token, key, secret or the like. */
export function hideSecretsInUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return url.replace(/\/\/[^/@]*@/, "//");
  }
  let changed = parsed.username !== "" || parsed.password !== "";
  parsed.username = "";
  parsed.password = "";
  for (const name of new Set(parsed.searchParams.keys())) {
    if (!secretPart.test(name) && !secretName.test(name)) continue;
    parsed.searchParams.set(name, "hidden");
    changed = true;
  }
  return changed ? parsed.href : url;
}

/** The text with every URL in it written as `hideSecretsInUrl` would. */
export function hideSecretsInText(text: string): string {
  return text.replace(/\b(?:wss?|https?):\/\/[^\s"'<>]+/gi, (url) => hideSecretsInUrl(url));
}

function hideIn(value: unknown, name: string): unknown {
  if (typeof value === "string") return hideInText(value, name);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value))
    return headerLists.test(name) ? value.map(hideInHeader) : value.map((item) => hideIn(item, name));
  if (typeof value !== "object") return undefined;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const shown = headerLists.test(name) && isSecretHeader(key) ? hidden : hideIn(member, key);
    // Not a plain assignment: a key named __proto__ would set the prototype.
    if (shown !== undefined)
      Object.defineProperty(copy, key, { value: shown, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}

function hideInText(value: string, name: string): string {
  if (value === "") return value;
  if (loginTexts.test(name)) return `(hidden, ${value.length} characters)`;
  if (secretName.test(name)) return hidden;
  if (headerLists.test(name)) return String(hideInHeader(value));
  return hideSecretsInText(value);
}

/** `["name", "value"]` or `"name: value"`. */
function hideInHeader(header: unknown): unknown {
  if (Array.isArray(header) && typeof header[0] === "string")
    return isSecretHeader(header[0]) ? [header[0], hidden] : header;
  if (typeof header !== "string") return hideIn(header, "");
  const colon = header.indexOf(":");
  const name = colon < 0 ? header : header.slice(0, colon);
  return isSecretHeader(name.trim()) ? `${name}: ${hidden}` : header;
}

function isSecretHeader(name: string): boolean {
  return secretName.test(name) || secretPart.test(name);
}
