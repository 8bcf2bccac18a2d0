/** Where a text stops being JSON. */
export interface JsonFault {
  /** The text ends before its value does. */
  readonly isCutOff: boolean;
  readonly line: number;
  readonly column: number;
  /** What stands there, cut to 20 characters. */
  readonly found: string;
}

const space = /[ \t\r\n]*/y;
const scalar =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const punctuation = /[{}[\],:]/y;
/** The beginning of a scalar that only lacks its end. */
const unfinished = /^(?:"(?:[^"\\]|\\.)*\\?|-?\d*\.?\d*(?:[eE][+-]?\d*)?|t|tr|tru|f|fa|fal|fals|n|nu|nul)$/;

/**
 * The first place at which `json` breaks the grammar of JSON; null when it does not. JSON.parse knows, but tells the
 * place only of some faults, in words that change with the version of Node.
 */
export function findJsonFault(json: string): JsonFault | null {
  const open: ("{" | "[")[] = [];
  let at = 0;
  let wanted: "value" | "value or end" | "key" | "key or end" | "colon" | "next" = "value";
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(json)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  for (;;) {
    take(space);
    if (wanted === "next" && open.length === 0) return at === json.length ? null : faultAt(json, at);
    const start = at;
    const inObject = open.at(-1) === "{";
    if (wanted === "key" || wanted === "key or end") {
      if (take(text) !== null) wanted = "colon";
      else if (wanted === "key or end" && take(punctuation) === "}") wanted = close(open);
      else return faultAt(json, start);
    } else if (wanted === "value" || wanted === "value or end") {
      if (take(scalar) !== null) wanted = "next";
      else {
        const mark = take(punctuation);
        if (mark === "{" || mark === "[") {
          open.push(mark);
          wanted = mark === "{" ? "key or end" : "value or end";
        } else if (mark === "]" && wanted === "value or end") wanted = close(open);
        else return faultAt(json, start);
      }
    } else {
      const mark = take(punctuation);
      if (wanted === "colon" && mark === ":") wanted = "value";
      else if (wanted === "next" && mark === ",") wanted = inObject ? "key" : "value";
      else if (wanted === "next" && mark === (inObject ? "}" : "]")) wanted = close(open);
      else return faultAt(json, start);
    }
  }
}

function close(open: ("{" | "[")[]): "next" {
  open.pop();
  return "next";
}

function faultAt(json: string, at: number): JsonFault {
  const before = json.slice(0, at).split("\n");
  const rest = json.slice(at);
  return {
    isCutOff: rest === "" || unfinished.test(rest),
    line: before.length,
    column: before.at(-1)!.length + 1,
    found: rest.slice(0, 20).split("\n")[0]!,
  };
}
