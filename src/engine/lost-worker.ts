const silence = "no answer for ";

/** Why a worker is given up that has been silent for `limitMs`; `owed` names what it should have told. */
export function noAnswerFor(limitMs: number, owed: string): string {
  return `${silence}${Math.round(limitMs / 1000)} s (${owed})`;
}

/** What became of a worker that was lost for this reason: one that was silent is given up, and may live on. */
export function howLost(reason: string): string {
  return `${reason.startsWith(silence) ? "was given up" : "died"}: ${reason}`;
}
