import type { ExitCode } from "../errors/exit-code.ts";
import type { MockOptions } from "../mock-server/mock-options.ts";
import type { CapacityRequest } from "../profile/capacity-request.ts";
import type { ProbeRequest } from "../profile/probe-request.ts";
import type { ReportRequest, RunRequest } from "../profile/run-request.ts";

/** What each command does; the command line only reads words. */
export interface CommandHandlers {
  run(request: RunRequest): Promise<ExitCode>;
  capacity(request: CapacityRequest): Promise<ExitCode>;
  calibrate(request: RunRequest): Promise<ExitCode>;
  probe(words: ProbeWords): Promise<ExitCode>;
  serve(options: MockOptions): Promise<ExitCode>;
  report(request: ReportWords): Promise<ExitCode>;
  merge(request: MergeWords): Promise<ExitCode>;
  compare(request: CompareWords): Promise<ExitCode>;
  trend(request: TrendWords): Promise<ExitCode>;
  /** Without a name: the list. `environment` is the text of `--env`. */
  profiles(name: string | undefined, environment: string | undefined): Promise<ExitCode>;
  examples(): Promise<ExitCode>;
}

/** `floodgate probe [profile | url]`. */
export interface ProbeWords {
  readonly request: ProbeRequest;
  /** What is tolerated counts as wrong. */
  readonly strict: boolean;
  /** Where the record is saved; null for nowhere. */
  readonly file: string | null;
  readonly reports: readonly ReportRequest[];
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `floodgate report <result.json>`, or of a record of probes. */
export interface ReportWords {
  readonly file: string;
  readonly json: boolean;
  readonly reports: readonly ReportRequest[];
}

/** `floodgate merge <result.json...> -o <out>`. */
export interface MergeWords {
  readonly files: readonly string[];
  readonly output: string;
  readonly reports: readonly ReportRequest[];
}

/** `floodgate report <result.json...> --trend <file>`. */
export interface TrendWords {
  /** Files, or patterns of their names. */
  readonly files: readonly string[];
  /** Where the page goes. */
  readonly file: string;
  /** Names with commas between them; null for the primary ones. */
  readonly metrics: string | null;
}

/** `floodgate compare <base...> --to <new...>`. */
export interface CompareWords {
  /** Files, or patterns of their names; at least one on either side. */
  readonly base: readonly string[];
  readonly new: readonly string[];
  readonly json: boolean;
  /** Change that does not matter, as a share; null for the usual one. */
  readonly noiseThreshold: number | null;
  /** Names with commas between them; null for those that results of their kind have. */
  readonly metrics: string | null;
  readonly force: boolean;
  /** Null for the one that calibrate has kept for this load and host, if any. */
  readonly noiseFloor: string | null;
  readonly reports: readonly ReportRequest[];
}
