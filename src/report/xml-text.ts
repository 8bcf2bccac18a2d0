const references: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
  // A reader takes the bare ones of an attribute for spaces, and a bare carriage return for the end of a line anywhere.
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/**
 * The text as the content of an element, in ASCII: other characters as references, those that XML 1.0 does not allow at
 * all (control characters, half of a pair) as `?`.
 */
export function xmlText(text: string): string {
  return text.replace(/[^\t\n !#-%'-;=?-~]/gu, (found) => references[found] ?? otherCharacter(found));
}

/** ` name="value"` for each, in order; those without a value are left out. */
export function xmlAttributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${xmlText(String(value)).replace(/[\t\n]/g, (found) => references[found]!)}"`)
    .join("");
}

function otherCharacter(character: string): string {
  const point = character.codePointAt(0)!;
  const isAllowed = point > 0x7e && (point < 0xd800 || point > 0xdfff) && (point & 0xfffe) !== 0xfffe;
  return isAllowed ? `&#${point};` : "?";
}
