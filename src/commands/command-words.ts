import type { ExitCode } from "../errors/exit-code.ts";
import type { MockOptions } from "../mock-server/mock-options.ts";
import type { CapacityRequest } from "../profile/capacity-request.ts";
import type { ReportRequest, RunRequest } from "../profile/run-request.ts";

/** What each command does; the command line only reads words. */
export interface CommandHandlers {
  run(request: RunRequest): Promise<ExitCode>;
  capacity(request: CapacityRequest): Promise<ExitCode>;
  serve(options: MockOptions): Promise<ExitCode>;
  report(request: ReportWords): Promise<ExitCode>;
  merge(request: MergeWords): Promise<ExitCode>;
  /** Without a name: the list. `environment` is the text of `--env`. */
  profiles(name: string | undefined, environment: string | undefined): Promise<ExitCode>;
  examples(): Promise<ExitCode>;
}

/** `floodgate report <result.json>`. */
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
