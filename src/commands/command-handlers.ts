import type { Host } from "../host/host.ts";
import type { CommandHandlers } from "./command-words.ts";

/** What each command of the command line does. Loads the code of a command when it is asked for: starting stays quick. */
export function commandHandlers(host: Host): CommandHandlers {
  return {
    run: async (request) => (await import("./run-test.ts")).runTest(request, host),
    capacity: async (request) => (await import("./find-capacity.ts")).findCapacity(request, host),
    calibrate: async (request) => (await import("./calibrate-machine.ts")).calibrateMachine(request, host),
    probe: async (words) => (await import("./probe-target.ts")).probeTarget(words, host),
    serve: async (options) => (await import("./serve-mock.ts")).serveMock(options, host),
    report: async (words) => (await import("./render-report.ts")).renderReport(words, host),
    merge: async (words) => (await import("./merge-and-judge.ts")).mergeAndJudge(words, host),
    compare: async (words) => (await import("./compare-files.ts")).compareFiles(words, host),
    trend: async (words) => (await import("./show-trend.ts")).showTrend(words, host),
    profiles: async (name, environment) => (await import("./list-profiles.ts")).listProfiles(name, environment, host),
    examples: async () => (await import("./show-examples.ts")).showExamples(host),
  };
}
