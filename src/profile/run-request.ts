import type { Plan } from "../plan/plan.ts";
import type { TargetRequest } from "../target/target-request.ts";
import type { SettingLayer } from "./merge-layers.ts";
import type { LoadedProfile } from "./read-profile.ts";

/** Everything `floodgate run` was asked for, checked and resolved. Made by make-run-request.ts; nothing was sent yet. */
export interface RunRequest {
  /** With the mock as target, `plan.connect.url` is `ws://127.0.0.1:0/` until the mock has told its port. */
  readonly plan: Plan;
  readonly target: TargetRequest;
  /** In the order of the profile, then of the flags. Parsed where verdicts are made; a text that cannot be is a usage error. */
  readonly thresholds: readonly ThresholdText[];
  /** Null when the run goes on whatever the thresholds say; otherwise they are watched from `delayMs` of load on. */
  readonly abortOnFail: { readonly delayMs: number } | null;
  /** Whether a threshold is held against the value alone, or against its whole 95 % interval. */
  readonly gate: GateMode;
  /** Warnings count as failures. */
  readonly strict: boolean;
  readonly output: OutputRequest;
  readonly series: SeriesRequest;
  /** Lines for people before the run: what was set otherwise than asked, and why. Mostly empty. */
  readonly notes: readonly string[];
  /** The resolved settings for the result's `config`, as plain JSON. Secrets read `(hidden)`. */
  readonly settings: SettingsRecord;
  /** Of what it was made, so that vary-request.ts can make another like it. */
  readonly source: RequestSource;
}

export type GateMode = "point" | "confident";

/** `floodgate run` as it was written, its flags already checked one by one. */
export interface RunWords {
  /** Name or path of a profile; undefined when only flags speak. */
  readonly profile: string | undefined;
  readonly flags: SettingLayer;
  /** `--env`. */
  readonly environment: string | undefined;
  /** `--threshold`, in order. */
  readonly thresholds: readonly string[];
  readonly abortOnFail: RunRequest["abortOnFail"];
  readonly gate: GateMode;
  readonly strict: boolean;
  readonly output: OutputRequest;
  readonly series: SeriesRequest;
}

/** What a request is made of, its profile already read: the file may be another one when the next run is made. */
export interface RequestSource {
  readonly words: RunWords;
  readonly profile: LoadedProfile | null;
  /** Above the flags, each above the one before: what sets this run apart from the others of its series. Mostly empty. */
  readonly changes: readonly SettingLayer[];
}

/** One threshold as its writer wrote it. */
export interface ThresholdText {
  readonly text: string;
  /** `--threshold`, or `profiles/ci.yaml:12`. */
  readonly source: string;
}

/** Where the result goes. */
export interface OutputRequest {
  /** Path of the result file as given; null for the default place. */
  readonly file: string | null;
  /** Further reports, in the order of help. */
  readonly reports: readonly ReportRequest[];
  /** The result as one JSON document on stdout, in place of the summary. */
  readonly json: boolean;
  /** Nothing on stderr but errors, and no summary. */
  readonly quiet: boolean;
  readonly progress: boolean;
  /** Port to tell metrics on while it runs, 0 for a free one; null for none. */
  readonly metricsPort: number | null;
}

/** A report as its flag asked for it. */
export interface ReportRequest {
  /** `--csv`. */
  readonly flag: string;
  /** A path, `-` for the standard output, or a word that this flag knows. */
  readonly file: string;
}

/** How often the run of a request is made, and what it is held against. */
export interface SeriesRequest {
  /** 1 or more, one after the other; of each side when two targets take turns. */
  readonly repeat: number;
  /** The URL of a second target, the new one, that takes turns with the first; null for none. */
  readonly interleave: string | null;
  /** Saved results, or patterns of their names, that the runs are compared with; empty for none. */
  readonly baseline: readonly string[];
  /** A change for the worse ends with exit code 98; otherwise it is only told. */
  readonly failOnRegression: boolean;
  /** Change that does not matter, as a share; null for what `compare` takes. */
  readonly noiseThreshold: number | null;
  /** Compare with results of other hosts. */
  readonly force: boolean;
}

/** What JSON can hold. */
export type SettingsValue = string | number | boolean | null | readonly SettingsValue[] | SettingsRecord;

/** Settings by name, as plain JSON. */
export interface SettingsRecord {
  readonly [name: string]: SettingsValue;
}
