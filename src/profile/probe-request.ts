import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { ExpectedAnswer } from "../plan/expected-answer.ts";
import { makeRunRequest, resolveSource } from "./make-run-request.ts";
import type { MergedSettings } from "./merge-layers.ts";
import { probeDefaults } from "./probe-settings.ts";
import type { RunRequest, RunWords } from "./run-request.ts";
import { readChecked } from "./setting-kinds.ts";

/** Everything `floodgate probe` was asked for, but for its output; nothing was sent yet. */
export interface ProbeRequest {
  /** Of it the target, how to connect and what to send; its load is never run. */
  readonly run: RunRequest;
  /** Names of probes or groups; all when empty. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** Ordinary sessions beside the probes; 1 or more. */
  readonly neighbours: number;
  /** How long an answer is waited for. */
  readonly patienceMs: number;
  readonly badMessages: readonly string[];
  /** As a text or `/regex/`; null for any answer. */
  readonly refusalSign: string | null;
  /** Null when it is not known. */
  readonly messageLimitBytes: number | null;
  readonly oversizeBytes: number;
  readonly floodMessages: number;
  readonly floodConnections: number;
  /** Answers by the name of a probe, with the words they were written in. */
  readonly expected: Readonly<
    Record<string, { readonly texts: readonly string[]; readonly answers: readonly ExpectedAnswer[] }>
  >;
  /** How to name a setting in a message: `--only`, or `chat.yaml:12: probe.only`. */
  readonly nameOf: (setting: string) => string;
}

/** What probing sends of one message at most. */
const mostSentBytes = 64 * 1024 * 1024;

/** Resolves the settings of the run and of the probing. Throws usage errors; nothing has been sent. */
export function makeProbeRequest(words: RunWords, host: Host): ProbeRequest {
  const run = makeRunRequest(words, host);
  const { merged } = resolveSource(run.source, host);
  const texts = merged.texts.probe ?? {};
  refuseUseless(merged);
  return {
    run,
    only: texts.only ?? [],
    skip: texts.skip ?? [],
    neighbours: readChecked("connections", texts.neighbours ?? probeDefaults.neighbours),
    patienceMs: readChecked("time", texts.patience ?? probeDefaults.patience),
    badMessages: texts.badMessages ?? [],
    refusalSign: texts.refusal ?? null,
    messageLimitBytes: texts.messageLimit === undefined ? null : readChecked("size", texts.messageLimit),
    oversizeBytes: readChecked("size", texts.oversize ?? probeDefaults.oversize),
    floodMessages: readChecked("count", texts.floodMessages ?? probeDefaults.floodMessages),
    floodConnections: readChecked("connections", texts.floodConnections ?? probeDefaults.floodConnections),
    expected: Object.fromEntries(
      Object.entries(texts.expected ?? {}).map(([probe, words]) => {
        const answerTexts = [words].flat();
        return [
          probe,
          { texts: answerTexts, answers: answerTexts.map((text) => readChecked("expected-answer", text)) },
        ];
      }),
    ),
    nameOf: (setting) => merged.nameOf(setting),
  };
}

function refuseUseless(merged: MergedSettings): void {
  const { refusal, badMessages = [], messageLimit, oversize = probeDefaults.oversize } = merged.texts.probe ?? {};
  if (refusal !== undefined && badMessages.length === 0) {
    throw usageError(
      `${merged.nameOf("probe.refusal")} says how a bad message is answered, but there is none`,
      "add --bad-message '<text>'",
    );
  }
  if (messageLimit !== undefined && readChecked("size", messageLimit) > mostSentBytes) {
    throw usageError(
      `${merged.nameOf("probe.messageLimit")} ${messageLimit} is more than probing sends`,
      "the most is 64MiB; leave it out",
    );
  }
  if (messageLimit !== undefined && readChecked("size", messageLimit) >= readChecked("size", oversize)) {
    throw usageError(
      `${merged.nameOf("probe.messageLimit")} ${messageLimit} is not below --oversize ${oversize}, which is far too large`,
      "raise --oversize (probe.oversize), or name the limit that the target has",
    );
  }
}
