/**
 * Everything in a text that breaks the Prometheus exposition format 0.0.4, or what `promtool check metrics` finds fault
 * with: one sentence each, empty for a sound text. Stricter than what a scraper takes.
 */
export function expositionFaults(text: string): readonly string[] {
  const faults: string[] = [];
  if (text !== "" && !text.endsWith("\n")) faults.push("the last line has no end");
  const families = new Map<string, { readonly type: string; readonly hasHelp: boolean }>();
  const seen = new Set<string>();
  const helps = new Set<string>();
  let current = "";
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const fault = (words: string): void => void faults.push(`line ${index + 1}: ${words}: ${line}`);
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary|histogram|untyped)$/.exec(line);
    if (help !== null) {
      const [, name = "", words = ""] = help;
      if (helps.has(name)) fault("a second HELP of the family");
      if (words.trim() === "") fault("help that says nothing");
      if (/\\(?![\\n])/.test(words)) fault("a backslash that escapes nothing");
      helps.add(name);
      current = name;
    } else if (type !== null) {
      const [, name = "", kind = ""] = type;
      if (families.has(name)) fault("a second TYPE of the family");
      if (name !== current) fault("TYPE without HELP right before it");
      families.set(name, { type: kind, hasHelp: helps.has(name) });
      current = name;
      nameFaults(name, kind).forEach(fault);
    } else sampleFaults(line, current, families.get(current)?.type, seen).forEach(fault);
  }
  return faults;
}

/** What promtool says of names: a unit at the end that is a base unit, `_total` for counters alone. */
function nameFaults(name: string, kind: string): readonly string[] {
  return [
    ...(kind === "counter" && !name.endsWith("_total") ? ["a counter has to end in _total"] : []),
    ...(kind !== "counter" && /_(total|count|sum|bucket)$/.test(name) ? ["only a counter ends so"] : []),
    ...(/_(ms|milliseconds|us|microseconds|minutes|hours|kib|mib|percent)(_total)?$/.test(name)
      ? ["the unit is no base unit"]
      : []),
    ...(/[A-Z]/.test(name) ? ["a name is snake_case"] : []),
    ...(/^(.*_)?(counter|gauge|summary)(_.*)?$/.test(name) ? ["a name does not say its type"] : []),
  ];
}

function sampleFaults(line: string, family: string, type: string | undefined, seen: Set<string>): readonly string[] {
  const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$/s.exec(line);
  if (sample === null) return ["neither a comment nor a sample"];
  const [, name = "", braces = "", value = ""] = sample;
  const labels = labelsOf(braces);
  if (labels === null) return ["labels that cannot be read"];
  const names = labels.map(([label]) => label);
  const faults: string[] = [];
  const allowed = type === "summary" ? [family, `${family}_sum`, `${family}_count`] : [family];
  if (!allowed.includes(name)) faults.push(`a sample of another family than ${family}`);
  if (new Set(names).size < names.length) faults.push("a label twice");
  if (names.some((label) => label.startsWith("__"))) faults.push("a label of Prometheus's own");
  const isQuantile = type === "summary" && name === family;
  if (isQuantile !== names.includes("quantile"))
    faults.push("a quantile where there is none, or none where there is one");
  if (!/^([+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf)|NaN)$/.test(value)) faults.push("a value that is no number of Go");
  if (type === "counter" && !(Number(value) >= 0)) faults.push("a counter below 0");
  const series = `${name}${JSON.stringify([...labels].sort())}`;
  if (seen.has(series)) faults.push("a series twice");
  seen.add(series);
  return faults;
}

/** Null where the text between the braces is not a list of labels, escaped as it must be. */
function labelsOf(braces: string): readonly (readonly [name: string, value: string])[] | null {
  if (braces === "") return [];
  const labels: (readonly [string, string])[] = [];
  let rest = braces.slice(1, -1);
  while (rest !== "") {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/.exec(rest);
    if (label === null || (label[3] === "," && label[0].length === rest.length)) return null;
    labels.push([label[1]!, label[2]!]);
    rest = rest.slice(label[0].length);
  }
  return labels;
}
