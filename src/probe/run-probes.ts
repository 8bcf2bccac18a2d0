import { judgeAnswer } from "./judge-answer.ts";
import { isPossible, makeProbe, type ProbeSetting } from "./make-probe.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Probe } from "./probe.ts";
import { judgeNeighbours } from "./judge-probes.ts";
import type { NeighbourStretch, ProbeFinding } from "./probe-record.ts";

/**
 * Makes the probes one after the other, each with a connection of its own, while neighbours run; looks after each what
 * became of those and opens anew what was ended, so that the next probe is not blamed for it.
 */
export async function runProbes(
  probes: readonly Probe[],
  before: NeighbourStretch,
  neighbourhood: Neighbourhood,
  setting: ProbeSetting,
  isStopAsked: () => boolean,
): Promise<readonly ProbeFinding[]> {
  const findings: ProbeFinding[] = [];
  let whyNot: string | null = null;
  for (const probe of probes) {
    if (isStopAsked()) whyNot ??= "probing was stopped before it";
    let finding = notTested(probe, whyNot ?? (probe.act.kind === "none" ? probe.act.why : ""));
    if (whyNot === null && isPossible(probe)) {
      neighbourhood.take();
      const answer = await makeProbe(probe.act, probe.expects, setting);
      await neighbourhood.settle();
      const neighbours = judgeNeighbours(neighbourhood.take(), before);
      finding = { ...finding, ...judgeAnswer(probe.expects, answer), answer, neighbours };
      if (neighbours.closed > 0 && (await neighbourhood.reopen()) === 0) {
        const note = `${neighbours.note}, and no new session could be opened: the target is gone`;
        finding = { ...finding, neighbours: { ...neighbours, note } };
        whyNot = `the target was gone after ${probe.name}`;
      }
    }
    findings.push(finding);
  }
  return findings;
}

function notTested({ name, group, sends, wants }: Probe, note: string): ProbeFinding {
  return { name, group, sent: sends, wanted: wants, outcome: "not-tested", note, answer: null, neighbours: null };
}
