import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import type { CommandHandlers } from "../commands/command-words.ts";
import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import { usageError } from "../errors/floodgate-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import type { Host } from "../host/host.ts";
import { makeCapacityRequest } from "../profile/capacity-request.ts";
import { makeRunRequest } from "../profile/make-run-request.ts";
import { makeProbeRequest } from "../profile/probe-request.ts";
import { readMock, refuseUselessMockSettings } from "../profile/read-mock.ts";
import type { GateMode, ReportRequest, RunWords, SeriesRequest } from "../profile/run-request.ts";
import { calibrateFlags, readCalibrationWords } from "./calibrate-words.ts";
import { capacityFlags, readCapacityWords, unfitFlag, withTrialDefaults } from "./capacity-words.ts";
import { compareFlags, readCompareWords } from "./compare-words.ts";
import {
  comparisonReportFlags,
  laterCommands,
  laterFlags,
  longName,
  probeReportFlags,
  reportFlags,
  runFlags,
  serveFlags,
  type FlagSpec,
} from "./flag-table.ts";
import { flagLayer, flagValue, flagWord, type GivenFlag, type Options } from "./flags.ts";
import { probeFlags, readProbeWords } from "./probe-words.ts";
import { readSeriesWords, singleRun } from "./series-words.ts";
import { showError } from "./show-error.ts";
import { readTrendWords, trendFlags } from "./trend-words.ts";

/** Reads the command line, runs the command, shows what went wrong. Never throws. */
export async function runCli(host: Host, handlers: CommandHandlers): Promise<ExitCode> {
  let result: ExitCode = exitCode.ok;
  const program = makeProgram(host, handlers, (code) => (result = code));
  try {
    refuseHelpOfNothing(program, host.args);
    await program.parseAsync(host.args, { from: "user" });
    return result;
  } catch (error) {
    if (!(error instanceof CommanderError)) return showError(error, host.stderr);
    if (error.code === "commander.helpDisplayed" || error.code === "commander.version") return exitCode.ok;
    if (error.code === "commander.help") return host.args.includes("help") ? exitCode.ok : exitCode.usage;
    return showError(wordsError(error, program, host.args), host.stderr);
  }
}

function makeProgram(host: Host, handlers: CommandHandlers, done: (code: ExitCode) => void): Command {
  const program = new Command("floodgate")
    .description(
      "High-volume load testing for WebSocket servers: open-loop schedules, exact delivery counts, honest latency.",
    )
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help; also: floodgate <command> --help")
    .addHelpText("after", mainExamples);
  addRun(program, host, handlers, done);
  addCapacity(program, host, handlers, done);
  addCalibrate(program, host, handlers, done);
  addProbe(program, host, handlers, done);
  addServe(program, host, handlers, done);
  addReport(program, handlers, done);
  addMerge(program, handlers, done);
  addCompare(program, handlers, done);
  program
    .command("profiles")
    .summary("list the profiles, or show one")
    .description("Lists the built-in profiles; with a name or a path, shows that profile as resolved here, and why.")
    .argument("[profile]", "a name, or the path of a YAML file")
    .option("--env <name>", "full, dev, ci or quick figures")
    .action(async (name: string | undefined, options: { env?: string }) =>
      done(await handlers.profiles(name, options.env)),
    );
  program
    .command("examples")
    .summary("a page of commands to copy")
    .description("Prints a page of commands to copy.")
    .action(async () => done(await handlers.examples()));
  for (const command of [program, ...program.commands]) settle(command, host);
  return program;
}

/** The same manners for every command: our own streams, width and errors. */
function settle(command: Command, host: Host): void {
  const width = (columns: number) => Math.max(60, Math.min(100, columns));
  command
    .exitOverride()
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: host.stdout.isTerminal ? width(host.stdout.columns) : 100 })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      // Shown by showError instead, as every other error.
      outputError: () => undefined,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function addRun(program: Command, host: Host, handlers: CommandHandlers, done: (code: ExitCode) => void): void {
  const command = program
    .command("run")
    .summary("a load test")
    .description("Runs a load test; without an argument the quick profile against the built-in mock.")
    .argument("[profile | url]", "a profile (floodgate profiles), the path of a YAML file, or a ws:// or wss:// URL")
    .addHelpText("after", runExamples);
  addFlags(command, runFlags);
  command.action(async (word: string | undefined, options: Options) => {
    const given = givenFlags(runFlags, options);
    const words = readRunWords(word, options, { given, whenSilent: "quick", series: readSeriesWords(options) });
    done(await handlers.run(makeRunRequest(words, host)));
  });
}

function addCapacity(program: Command, host: Host, handlers: CommandHandlers, done: (code: ExitCode) => void): void {
  const command = program
    .command("capacity")
    .summary("the highest load that holds a condition")
    .description(
      "Finds the highest rate, or number of connections, at which a target holds a condition: short trials to find the place, " +
        "long ones to make sure of it. Of a profile it takes how to connect and what to send.",
    )
    .argument("[profile | url]", "a profile (floodgate profiles), the path of a YAML file, or a ws:// or wss:// URL")
    .addHelpText("after", capacityExamples);
  addFlags(command, capacityFlags);
  command.action(async (word: string | undefined, options: Options) => {
    const given = withTrialDefaults(givenFlags(capacityFlags, options));
    const run = readRunWords(word, options, { given, whenSilent: undefined, series: singleRun });
    done(await handlers.capacity(makeCapacityRequest(readCapacityWords(options, run), host)));
  });
}

function addCalibrate(program: Command, host: Host, handlers: CommandHandlers, done: (code: ExitCode) => void): void {
  const command = program
    .command("calibrate")
    .summary("how far runs of the same lie apart here")
    .description(
      "Runs the same load several times and keeps how far the runs lie apart on this machine, metric by metric: " +
        "compare calls no smaller change a change.",
    )
    .argument("[profile | url]", "a profile (floodgate profiles), the path of a YAML file, or a ws:// or wss:// URL")
    .addHelpText("after", calibrateExamples);
  addFlags(command, calibrateFlags);
  command.action(async (word: string | undefined, options: Options) => {
    const given = givenFlags(calibrateFlags, options);
    const words = readRunWords(word, options, { given, whenSilent: "quick", series: readCalibrationWords(options) });
    done(await handlers.calibrate(makeRunRequest(words, host)));
  });
}

function addProbe(program: Command, host: Host, handlers: CommandHandlers, done: (code: ExitCode) => void): void {
  const command = program
    .command("probe")
    .summary("what a target does with what it should not be sent")
    .description(
      "Sends malformed frames, oversize messages, wrong credentials and too much at once, tells what the target answers " +
        "to each, and whether ordinary sessions beside it stay unharmed.",
    )
    .argument("[profile | url]", "a profile (floodgate profiles), the path of a YAML file, or a ws:// or wss:// URL")
    .addHelpText("after", probeExamples);
  addFlags(command, probeFlags);
  command.action(async (word: string | undefined, options: Options) => {
    const given = givenFlags(probeFlags, options);
    const words = readRunWords(word, options, { given, whenSilent: undefined, series: singleRun });
    const reports = reportsOf(options, probeReportFlags);
    done(await handlers.probe(readProbeWords(options, makeProbeRequest(words, host), reports)));
  });
}

/** What the words of a command's runs are made of, beside those that every command has. */
interface CommandWords {
  readonly given: readonly GivenFlag[];
  /** The profile that is run when neither a profile nor a target is named. */
  readonly whenSilent: string | undefined;
  readonly series: SeriesRequest;
}

function readRunWords(
  word: string | undefined,
  options: Options,
  { given, whenSilent, series }: CommandWords,
): RunWords {
  const isUrl = word !== undefined && /^[a-z][a-z0-9+.-]*:\/\/|^(wss?|https?):/i.test(word);
  if (isUrl && options.target !== undefined) {
    throw usageError(
      `the target "${word}" and --target cannot be given together: they set the same thing`,
      "leave out one of them",
    );
  }
  if (options.abortDelay !== undefined && options.abortOnFail === undefined) {
    throw usageError("--abort-delay needs --abort-on-fail", "add --abort-on-fail, or leave --abort-delay out");
  }
  const flags = flagLayer(given, isUrl ? word : undefined);
  // The quick profile is about echoes; other modes have nothing to hold its thresholds against.
  const isEcho = (flags.texts.mode ?? "echo") === "echo";
  const silentProfile = flags.texts.target === undefined && isEcho ? whenSilent : undefined;
  return {
    profile: isUrl ? undefined : (word ?? silentProfile),
    flags,
    environment: options.env as string | undefined,
    thresholds: (options.threshold ?? []) as readonly string[],
    abortOnFail:
      options.abortOnFail === true
        ? { delayMs: flagValue("time", "--abort-delay", (options.abortDelay ?? "10s") as string) }
        : null,
    gate: readGate(options),
    strict: options.strict === true,
    output: {
      file: outputFile(options.output as string | undefined),
      reports: reportsOf(options),
      json: options.json === true,
      quiet: options.quiet === true,
      progress: options.progress !== false,
      metricsPort:
        options.metricsPort === undefined ? null : flagValue("port", "--metrics-port", options.metricsPort as string),
    },
    series,
  };
}

function readGate({ gate, abortOnFail }: Options): GateMode {
  const word = flagWord("--gate", (gate ?? "point") as string, ["point", "confident"] as const);
  if (word === "confident" && abortOnFail === true) {
    throw usageError(
      "--gate confident and --abort-on-fail cannot be given together: intervals are known when the run is over",
      "leave out one of them",
    );
  }
  return word;
}

function outputFile(text: string | undefined): string | null {
  if (text?.trim() === "") throw usageError("--output is empty", "name a file, or leave it out");
  if (text === "-") {
    throw usageError(
      '--output "-" would be a file of that name: only reports go to stdout by "-"',
      "name a file; --json writes the result to stdout",
    );
  }
  return text ?? null;
}

function addReport(program: Command, handlers: CommandHandlers, done: (code: ExitCode) => void): void {
  const command = program
    .command("report")
    .summary("show saved results again")
    .description(
      "Shows the summary of a saved result again, and makes the same reports of it as its run could; of what probe has " +
        "saved as well. With --trend shows many results over time.",
    )
    .argument("<result.json...>", "a file that run, merge or probe has written; with --trend all of a history")
    .option("-j, --json", "the result as JSON on stdout");
  addFlags(command, [...reportFlags, ...trendFlags]);
  command.action(async (files: string[], options: Options) => {
    const [reports, json] = [reportsOf(options), options.json === true];
    const trend = readTrendWords(files, options, { reports, json });
    done(await (trend === null ? handlers.report({ file: files[0]!, json, reports }) : handlers.trend(trend)));
  });
}

function addMerge(program: Command, handlers: CommandHandlers, done: (code: ExitCode) => void): void {
  const command = program
    .command("merge")
    .summary("one result from several generators")
    .description("Makes one result from those of several generators: counts and histograms are added, never averaged.")
    .argument("<result.json...>", "the files to merge")
    .requiredOption("-o, --output <file>", "where to write the merged result");
  addFlags(command, reportFlags);
  command.action(async (files: string[], options: Options) =>
    done(await handlers.merge({ files, output: options.output as string, reports: reportsOf(options) })),
  );
}

function addCompare(program: Command, handlers: CommandHandlers, done: (code: ExitCode) => void): void {
  const command = program
    .command("compare")
    .summary("results of a new build against those of the old one")
    .description(
      "Compares saved results metric by metric, one value a run, and says what is better, the same or worse. " +
        "A verdict takes three runs a side, five for a good one; new losses are counted, whatever the number of runs.",
    )
    .argument("<base.json...>", "results of the old build; without --to the second one is that of the new build")
    .addHelpText("after", compareExamples);
  addFlags(command, compareFlags);
  command.action(async (words: string[], options: Options) =>
    done(
      await handlers.compare({
        ...readCompareWords(words, options),
        reports: reportsOf(options, comparisonReportFlags),
      }),
    ),
  );
}

function reportsOf(options: Options, specs: readonly FlagSpec[] = reportFlags): readonly ReportRequest[] {
  return givenFlags(specs, options).map(({ spec, value }) => {
    const [flag, file] = [longName(spec), value as string];
    if (file.trim() === "") throw usageError(`${flag} is empty`, "name a file, or leave it out");
    return { flag, file };
  });
}

function addServe(program: Command, host: Host, handlers: CommandHandlers, done: (code: ExitCode) => void): void {
  const command = program
    .command("serve")
    .summary("the mock server alone")
    .description(
      "Runs the mock server alone, in the foreground, until Ctrl-C. GET /healthz and GET /stats tell how it is.",
    )
    .addHelpText("after", serveExamples);
  addFlags(command, serveFlags);
  command.action(async (options: Options) => {
    const layer = flagLayer(givenFlags(serveFlags, options));
    const mock = layer.texts.mock ?? {};
    refuseUselessMockSettings(
      mock,
      () => true,
      (setting) => layer.origin(["mock", setting]),
    );
    done(await handlers.serve(readMock(mock, "--bearer", host.env)));
  });
}

function addFlags(command: Command, specs: readonly FlagSpec[]): void {
  for (const { flags, about, group, isList } of specs) {
    const option = new Option(flags, about).helpGroup(group);
    if (isList === true) option.argParser((text, before: string[] | undefined) => [...(before ?? []), text]);
    command.addOption(option);
  }
}

/** The flags that were given, in the order of the table. */
function givenFlags(specs: readonly FlagSpec[], options: Options): readonly GivenFlag[] {
  return specs.flatMap((spec) => {
    const option = new Option(spec.flags);
    const value = options[option.attributeName()];
    // A flag and its --no- share one name: each stands for its own value only.
    if (value === undefined || (typeof value === "boolean" && value === option.negate)) return [];
    return [{ spec, value }];
  });
}

/** What commander found, in our words. */
function wordsError(error: CommanderError, program: Command, args: readonly string[]): Error {
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const known = program.commands.find((command) => command.name() === args[0]);
  const help = `floodgate ${known === undefined ? "" : `${known.name()} `}--help lists what there is`;
  if (error.code === "commander.unknownOption") {
    const flag = name.replace(/=.*$/s, "");
    const unfit = known?.name() === "capacity" ? unfitFlag(flag) : null;
    if (unfit !== null) return unfit;
    if (laterFlags.includes(flag)) return usageError(`${flag} is not in this version of floodgate`, help);
    const flags = [program, ...(known === undefined ? [] : [known])].flatMap((command) =>
      command.options.flatMap((option) => option.long ?? []),
    );
    return usageError(`there is no flag "${flag}"`, didYouMean(nearestName(flag, flags), help));
  }
  if (
    error.code === "commander.unknownCommand" ||
    (error.code === "commander.excessArguments" && known === undefined)
  ) {
    return noSuchCommand(name === "" ? (args[0] ?? "") : name, program);
  }
  if (error.code === "commander.optionMissingArgument") return usageError(`${name} needs a value`, help);
  if (error.code === "commander.missingArgument")
    return usageError(`${known?.name() ?? "floodgate"} needs <${name}>`, help);
  if (error.code === "commander.missingMandatoryOptionValue")
    return usageError(`${known?.name() ?? "floodgate"} needs ${name}`, help);
  if (error.code === "commander.excessArguments")
    return usageError("there are more words than the command takes", `put texts with spaces in quotes; ${help}`);
  return usageError(error.message.replace(/^error: /, ""), help);
}

/** `help nosuch`: commander would show the help of everything and call it a success. */
function refuseHelpOfNothing(program: Command, args: readonly string[]): void {
  const [first, word] = args;
  if (first !== "help" || word === undefined || word === "help" || word.startsWith("-")) return;
  if (!program.commands.some((command) => command.name() === word)) throw noSuchCommand(word, program);
}

function noSuchCommand(word: string, program: Command): Error {
  if (laterCommands.includes(word)) {
    return usageError(
      `the command ${word} is not in this version of floodgate`,
      "floodgate --help lists what there is",
    );
  }
  const commands = program.commands.map((command) => command.name());
  return usageError(
    `there is no command "${word}"`,
    didYouMean(nearestName(word, commands), `commands: ${commands.join(" ")}`),
  );
}

function didYouMean(nearest: string | undefined, otherwise: string): string {
  return nearest === undefined ? otherwise : `did you mean ${nearest}?`;
}

/** Two directories up in the checkout and in the installed package alike. */
function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

const mainExamples = `
Examples:
  floodgate run                             a first run, against the built-in mock
  floodgate run ws://127.0.0.1:8080/ -c 100 -r 10k -d 30s
                                            10,000 messages a second in total, over 100 connections
  floodgate run sustained --target wss://staging.example.org/ws
  floodgate profiles sustained              what that would do here, and why
  floodgate examples                        more to copy
`;

const runExamples = `
Quantities: counts and rates take k and m (10k = 10,000); times us ms s m h; sizes B kB KiB MB MiB.
Examples:
  floodgate run ws://127.0.0.1:8080/ -c 100 -r 10k -d 30s --threshold 'latency.p99<50ms'
  floodgate run ws://127.0.0.1:8080/ -c 50 --rate max --in-flight 16
  floodgate run ws://127.0.0.1:8080/ --stage 10s:100..1000 --stage 30s:1000
  floodgate run linear-scaling --env dev --mock-latency 'lognormal(5ms,0.5)'
`;

const capacityExamples = `
Examples:
  floodgate capacity ws://127.0.0.1:8080/ --until 'latency.p99<50ms'
  floodgate capacity ws://127.0.0.1:8080/ -c 100 --until 'latency.p99<50ms' --until 'memory.target.peak<512MiB' \\
    --spawn 'node server.js' --start 5k --max 200k
  floodgate capacity ws://127.0.0.1:8080/ --over connections --per-connection 2 --until 'latency.p99<100ms'
`;

const compareExamples = `
Examples:
  floodgate compare base.json new.json
  floodgate compare 'results/main-*.json' --to 'results/pr-*.json' --noise-threshold 10%
  floodgate compare main-1.json main-2.json main-3.json --to pr-1.json pr-2.json pr-3.json --metrics latency.p99
Exit code: 98 for a regression, 2 when the results are not comparable, else 0.
`;

const calibrateExamples = `
Examples:
  floodgate calibrate ws://127.0.0.1:8080/ -c 50 -r 2000 -d 20s
  floodgate calibrate ci --target ws://127.0.0.1:8080/ -n 10
`;

const probeExamples = `
Examples:
  floodgate probe                           the built-in mock: every answer as it should be
  floodgate probe ws://127.0.0.1:8080/ --bearer env:TOKEN --message-limit 1MiB
  floodgate probe ws://127.0.0.1:8080/ --only malformed --bad-message '{"type":"nosuch"}' --refusal '"error"'
Exit code: 99 when an answer is wrong or other sessions are harmed, 97 when the target is not well before, else 0.
`;

const serveExamples = `
Examples:
  floodgate serve --port 8080
  floodgate serve --latency 'normal(20ms,5ms)' --drop 1% --stall 2s@10s
`;
