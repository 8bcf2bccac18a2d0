/** Where a token stands in a message; a plan's `FieldPattern` is one. */
export type TokenPlace =
  | { readonly kind: "text"; readonly before: string; readonly after: string }
  | { readonly kind: "path"; readonly keys: readonly string[] }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string; readonly name: string };

/** Gives the token in a message; null when there is none. Made for messages that come rarely: it allocates. */
export type TokenReader = (text: string) => string | null;

/** Reads tokens of letters, digits, `_` and `-`; by a path or a regular expression also others. */
export function makeTokenReader(place: TokenPlace): TokenReader {
  switch (place.kind) {
    case "text": {
      const expression = new RegExp(`${literal(place.before)}([\\w-]+)${literal(place.after)}`);
      return (text) => expression.exec(text)?.[1] ?? null;
    }
    case "path":
      return (text) => memberAt(text, place.keys);
    case "regex": {
      const expression = new RegExp(place.source, place.flags);
      return (text) => filled(expression.exec(text)?.groups?.[place.name]);
    }
  }
}

function memberAt(text: string, keys: readonly string[]): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return typeof value === "number" ? String(value) : filled(value);
}

function filled(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
