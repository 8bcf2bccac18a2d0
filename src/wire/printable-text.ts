/** Text from outside as one line of printable ASCII: white space becomes a blank, anything else a dot. */
export function printableText(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[^\x20-\x7e]/g, ".");
}
