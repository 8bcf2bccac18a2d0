/** Modes of later versions: known words, but nothing to run yet. */
const laterModes = ["queue"];

/** What to say to a mode that is none yet; null when the word is not one of them. */
export function modeProblem(word: string): readonly [problem: string, hint: string] | null {
  return laterModes.includes(word)
    ? ["is not in this version of floodgate", "modes here: echo, oneway, connect, push, broadcast"]
    : null;
}
