import type { ResultResilience, RunResult } from "../result/run-result.ts";
import { amount, countText, ratioText, secondsText, timeText, wrap } from "./format.ts";
import { timesCells, timesHeads, unresolvedNotes } from "./message-sections.ts";
import { renderGrid, renderRow } from "./terminal-table.ts";

/** Herds and changes that are told one by one. */
const mostLines = 8;

/** Connections that were lost and came back: how many, how long it took, what waited meanwhile. */
export function resilienceSection({ resilience }: RunResult, width: number): readonly string[] {
  if (resilience === undefined) return [];
  const { recoveryUs } = resilience;
  return [
    "Resilience",
    ...renderRow(outageFigures(resilience), width),
    ...(recoveryUs.count === 0
      ? []
      : renderGrid(["", ...timesHeads], [["recovery", ...timesCells(recoveryUs)]], width)),
    ...retryFigures(resilience).flatMap((figures) => renderRow(figures, width)),
    ...resilienceNotes(resilience).flatMap((note) => wrap(note, width, "  ")),
  ];
}

type Sessions = NonNullable<ResultResilience["sessions"]>;
type Figures = readonly (readonly [name: string, value: string])[];

/** How many connections were lost, and how many came back. */
export function outageFigures(resilience: ResultResilience): Figures {
  const { outages, onPurpose, returned, returnedRatio, herds } = resilience;
  return [
    ["outages", countText(outages)],
    ["on purpose", countText(onPurpose)],
    ["returned", countText(returned)],
    ["of outages", ratioText(returnedRatio)],
    ["still away", countText(outages - returned)],
    ["herds", countText(herds.length)],
  ];
}

/** Attempts, what waited, the breaker, and sessions, where there are such. */
export function retryFigures({ retry, buffer, breaker, sessions }: ResultResilience): readonly Figures[] {
  const retries: Figures = [
    ["retries", countText(retry.attempts)],
    ["succeeded", countText(retry.successes)],
    ["of retries", ratioText(retry.successRatio)],
    ["given up", countText(retry.givenUp)],
  ];
  const buffered: Figures =
    buffer === null
      ? []
      : [
          ["buffered", countText(buffer.buffered)],
          ["sent later", countText(buffer.sentLater)],
          ["overflowed", countText(buffer.overflowed)],
          ["high water", `${countText(buffer.highWater)} of ${countText(buffer.limit)}`],
        ];
  const states: Figures =
    breaker === null
      ? []
      : [
          ["breaker opened", countText(breaker.opens)],
          ["half-open", countText(breaker.halfOpens)],
          ["closed", countText(breaker.closes)],
          ["not closed for", secondsText(breaker.openMs)],
          breaker.whileOpen === "queue"
            ? ["held", countText(breaker.held)]
            : ["failed fast", countText(breaker.rejected)],
        ];
  return [retries, buffered, states, ...sessionFigures(sessions ?? null)].filter((figures) => figures.length > 0);
}

function sessionFigures(sessions: ResultResilience["sessions"] | null): readonly Figures[] {
  if (sessions == null) return [];
  const { interrupted, resumed, resumedRatio, lost, unknown, undecided, unnamed, inFlight } = sessions;
  return [
    [
      ["sessions", countText(interrupted)],
      ["resumed", countText(resumed)],
      ["of sessions", ratioText(resumedRatio)],
      ["not resumed", countText(lost)],
      ["unknown", countText(unknown + undecided)],
      ["not named", countText(unnamed)],
    ],
    [
      ["in flight", countText(inFlight.messages)],
      ["answered later", countText(inFlight.answeredLater)],
      ["lost though resumed", countText(inFlight.lostThoughResumed)],
      ["lost with session", countText(inFlight.lostWithSession)],
    ],
  ];
}

/** Herds one by one, what the breaker did when, and what the words mean. */
export function resilienceNotes(resilience: ResultResilience): readonly string[] {
  const { recoveryUs, buffer, sessions, returnedBriefly = 0 } = resilience;
  return [
    ...(returnedBriefly === 0
      ? []
      : [`${countText(returnedBriefly)} of the returned ended again within a second: each is an outage of its own`]),
    ...herdNotes(resilience),
    ...breakerNotes(resilience),
    ...unresolvedNotes([["recovery", recoveryUs]]),
    "outage = end of a ready connection that was wanted; recovery = from there to ready again",
    ...(buffer === null ? ["messages due while their connection was away were not kept: they are unsendable"] : []),
    ...(sessions == null ? [] : sessionNotes(sessions)),
  ];
}

/** What the figures of sessions mean, and what is wrong with them. */
function sessionNotes({ interrupted, unknown, undecided, unnamed, inFlight }: Sessions): readonly string[] {
  return [
    "session = what a target keeps of a client beyond its connection; in flight = unanswered when it was interrupted",
    ...(unknown === 0 ? [] : [`${amount(unknown, "session")} unknown: the target said nothing of them in time`]),
    ...(undecided === 0 ? [] : [`${amount(undecided, "session")} not asked for again before the end of the run`]),
    ...(unnamed > 0 && interrupted === 0 ? ["the target named no session: none could be asked for"] : []),
    ...(inFlight.lostThoughResumed === 0
      ? []
      : ["lost though resumed: the target never got them, or did not keep their answers"]),
  ];
}

function herdNotes({ herds }: ResultResilience): readonly string[] {
  const told = herds.slice(0, mostLines).map(({ startMs, connections, allBackMs }) => {
    const back = allBackMs === null ? "not all came back" : `all back after ${timeText(allBackMs * 1000)}`;
    return `${amount(connections, "connection")} lost at once at ${secondsText(startMs)}: ${back}`;
  });
  return herds.length > mostLines ? [...told, `and ${amount(herds.length - mostLines, "herd")} more`] : told;
}

function breakerNotes({ breaker }: ResultResilience): readonly string[] {
  if (breaker === null || breaker.changes.length === 0) return [];
  const several = new Set(breaker.changes.map(({ worker }) => worker)).size > 1;
  const told = breaker.changes
    .slice(0, mostLines)
    .map(({ tMs, worker, state }) => `${state} at ${secondsText(tMs)}${several ? ` (worker ${worker})` : ""}`);
  const more = breaker.changes.length - told.length;
  return [`breaker: ${told.join(", ")}${more > 0 ? `, and ${more} changes more` : ""}`];
}
