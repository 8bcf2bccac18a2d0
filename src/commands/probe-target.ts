import type { ExitCode } from "../errors/exit-code.ts";
import { runError, usageError } from "../errors/floodgate-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import type { Host } from "../host/host.ts";
import { monotonicMs } from "../host/monotonic-clock.ts";
import type { Plan } from "../plan/plan.ts";
import { allProbes } from "../probe/all-probes.ts";
import { hasCredentials } from "../probe/changed-request.ts";
import type { ProbeSetting } from "../probe/make-probe.ts";
import { Neighbourhood } from "../probe/neighbourhood.ts";
import { withExpectedAnswers } from "../probe/expected-answers.ts";
import { probeGroups, type Probe } from "../probe/probe.ts";
import { decideProbeVerdict } from "../probe/judge-probes.ts";
import { probeSchemaName, type ProbeRecord } from "../probe/probe-record.ts";
import { runProbes } from "../probe/run-probes.ts";
import { hideSecretsInUrl } from "../result/hide-secrets.ts";
import { readToolVersions } from "../result/read-environment.ts";
import { checkWritable, resultText } from "../result/write-result.ts";
import { writeAtomically } from "../result/write-atomically.ts";
import type { OpenTarget } from "../target/open-target.ts";
import { makeTransportOpener } from "../transport/open-transport.ts";
import { makeTransportContext } from "../transport/transport-context.ts";
import type { ProbeWords } from "./command-words.ts";
import { planAt, withOpenTarget } from "./execute-run.ts";
import { removeOldReports } from "./report-files.ts";
import { exitCodeWith } from "./say-problem.ts";
import { planProbeReports, showProbes } from "./show-probes.ts";
import { StopRequests } from "./stop-requests.ts";

/** Answers that each neighbour gets before the first probe: what they are held against. */
const answersBefore = 25;
const closeTimeoutMs = 3000;

/** `floodgate probe`: target, neighbours, probes, verdict, report; in this order. */
export async function probeTarget(words: ProbeWords, host: Host): Promise<ExitCode> {
  const probes = chosenProbes(words);
  const { file, json, quiet } = words;
  const kept = file === null ? [] : [{ name: "what --output names", path: file }];
  const plan = await planProbeReports(words.reports, { kept, json }, host);
  if (file !== null) await checkWritable(file);
  await removeOldReports(plan);
  const stopping = new StopRequests(host);
  try {
    const record = await withOpenTarget(words.request.run, stopping, host, (target) =>
      probeOpened(words, probes, target, stopping, host),
    );
    if (record === null) return stopping.exitCode;
    if (file !== null) await writeAtomically(file, resultText(record), true);
    const areWritten = await showProbes(record, plan, { json, quiet }, host);
    return exitCodeWith(areWritten, record.verdict.exitCode as ExitCode);
  } finally {
    stopping.release();
  }
}

/** Those that were asked for, by name or group, with the answers that were. Throws a usage error for a name there is not. */
function chosenProbes({ request }: ProbeWords): readonly Probe[] {
  const { run, only, skip, expected, nameOf } = request;
  const all = allProbes({ ...request, hasCredentials: hasCredentials(run.plan.connect) });
  const names = all.map(({ name }) => name);
  for (const [setting, given, known] of [
    ["probe.only", only, [...probeGroups, ...names]],
    ["probe.skip", skip, [...probeGroups, ...names]],
    ...Object.keys(expected).map((name) => [`probe.expected.${name}`, [name], names] as const),
  ] as const) {
    const unknown = given.find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    const nearest = nearestName(unknown, known);
    const groups = known === names ? "" : " and no group of probes";
    const hint = nearest === undefined ? `groups: ${probeGroups.join(" ")}` : `did you mean ${nearest}?`;
    throw usageError(`${nameOf(setting)} "${unknown}" is no probe${groups}`, hint);
  }
  const isNamed = ({ name, group }: Probe, words: readonly string[]) => words.includes(name) || words.includes(group);
  const chosen = all.filter((probe) => (only.length === 0 || isNamed(probe, only)) && !isNamed(probe, skip));
  if (chosen.length > 0) return chosen.map((probe) => withExpectedAnswers(probe, expected));
  throw usageError(`${nameOf("probe.only")} and ${nameOf("probe.skip")} leave no probe`, "leave out one of them");
}

async function probeOpened(
  words: ProbeWords,
  probes: readonly Probe[],
  target: OpenTarget,
  stopping: StopRequests,
  host: Host,
): Promise<ProbeRecord> {
  const plan = planAt(words.request.run, target.url);
  const startedAt = new Date(host.clock.epochMs()).toISOString();
  const startedMs = monotonicMs();
  const setting = settingOf(plan, words.request.patienceMs);
  const neighbourhood = openNeighbourhood(words, plan, setting);
  const say = sayer(words, host);
  say(`[INFO] probing ${target.description}: ${probes.length} probes, ${words.request.neighbours} other sessions`);
  try {
    await meetNeighbours(neighbourhood, words, target);
    const before = neighbourhood.take();
    if (!neighbourhood.asks)
      say("[INFO] the target answers no messages: other sessions are watched for their end alone");
    const findings = await runProbes(probes, before, neighbourhood, setting, () => stopping.isAsked);
    const interrupted = stopping.isAsked ? stopping.exitCode : null;
    return {
      schema: probeSchemaName,
      toolVersion: readToolVersions().version,
      startedAt,
      durationMs: Math.round(monotonicMs() - startedMs),
      target: hideSecretsInUrl(plan.connect.url),
      strict: words.strict,
      neighbours: {
        count: words.request.neighbours,
        watchedBy: neighbourhood.asks ? "messages" : "connections",
        before,
      },
      probes: findings,
      verdict: decideProbeVerdict(findings, { strict: words.strict, interrupted }),
    };
  } finally {
    await neighbourhood.close();
  }
}

function settingOf({ connect, limits, message }: Plan, patienceMs: number): ProbeSetting {
  const context = makeTransportContext({ connect, limits, closeTimeoutMs }, monotonicMs);
  return { context, connect, message, patienceMs };
}

function openNeighbourhood(words: ProbeWords, plan: Plan, { connect, message }: ProbeSetting): Neighbourhood {
  const openTransport = makeTransportOpener({ connect: { ...connect, compress: false }, limits: plan.limits });
  return new Neighbourhood(words.request.neighbours, {
    ...{ connect, openTransport, patienceMs: words.request.patienceMs, nowMs: monotonicMs },
    message: { ...message, frameType: plan.message.frameType },
  });
}

async function meetNeighbours(neighbourhood: Neighbourhood, words: ProbeWords, { url }: OpenTarget): Promise<void> {
  const opened = await neighbourhood.open();
  if (opened < words.request.neighbours) {
    throw runError(
      `${words.request.neighbours - opened} of ${words.request.neighbours} ordinary sessions with ${hideSecretsInUrl(url)} could not be opened`,
      "see with: floodgate run <url> --mode connect -c 1; the target has to be well before it is probed",
    );
  }
  await neighbourhood.warmUp(answersBefore);
}

function sayer({ quiet, json }: ProbeWords, host: Host): (line: string) => void {
  return (line) => {
    if (!quiet && !json) host.stderr.write(`${line}\n`);
  };
}
