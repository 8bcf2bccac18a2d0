// The words after `npm run bench --`.
import { closest } from "fastest-levenshtein";

/** Something the person at the keyboard can mend; shown as it is, without a stack. */
export class UsageError extends Error {}

const defaultRounds = 5;
const defaultSeconds = 5;
const quickSeconds = 2;

/**
 * Gives `{ names, rounds, seconds, isQuick, isHelp, isList, isInstall }`; `names` are those of the cases to run, in the order of
 * `known`, all of them when none was asked for. Throws UsageError.
 */
export function parseArguments(words, known) {
  const chosen = { isQuick: false, isHelp: false, isList: false, isInstall: false };
  const wanted = new Set();
  let rounds;
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === "--quick") chosen.isQuick = true;
    else if (word === "--help" || word === "-h") chosen.isHelp = chosen.isList = true;
    else if (word === "--list") chosen.isList = true;
    else if (word === "--install-peers") chosen.isInstall = true;
    else if (word === "--rounds") rounds = roundsFrom(words[++index]);
    else if (word.startsWith("--rounds=")) rounds = roundsFrom(word.slice("--rounds=".length));
    else if (word.startsWith("-"))
      throw new UsageError(`unknown flag ${word}: use --quick, --rounds <n>, --list or --install-peers`);
    else if (known.includes(word)) wanted.add(word);
    else throw new UsageError(`no case "${word}"; did you mean "${closest(word, known)}"? --list shows all`);
  }
  return {
    ...chosen,
    names: wanted.size === 0 ? known : known.filter((name) => wanted.has(name)),
    rounds: rounds ?? (chosen.isQuick ? 1 : defaultRounds),
    seconds: chosen.isQuick ? quickSeconds : defaultSeconds,
  };
}

function roundsFrom(word) {
  if (word === undefined) throw new UsageError("--rounds needs a number: --rounds 3");
  if (!/^[1-9]\d{0,2}$/.test(word)) throw new UsageError(`--rounds ${word}: give a number from 1 to 999`);
  return Number(word);
}
