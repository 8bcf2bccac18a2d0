import pc from "picocolors";

/** Adds colour to markers and weight to headings; takes no character away. */
export function colourise(text: string): string {
  const { green, red, yellow, cyan, bold } = pc.createColors(true);
  const paint = { "[PASS]": green, "[FAIL]": red, "[WARN]": yellow, "[INFO]": cyan } as const;
  return text
    .replace(/^[A-Za-z][A-Za-z]*/gm, (heading) => bold(heading))
    .replace(/\[(PASS|FAIL|WARN|INFO)\]/g, (marker) => paint[marker as keyof typeof paint](marker));
}
