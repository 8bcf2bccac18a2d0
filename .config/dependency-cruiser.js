// folder -> the folders it may import. One flow, no way back; src/README.md explains the table.
const mayImport = {
  units: [],
  errors: [],
  random: [],
  host: [],
  statistics: ["random"],
  measure: ["statistics", "units"],
  wire: ["random", "errors"],
  // target and mock-server for their option types only
  profile: ["plan", "target", "mock-server", "host", "units", "errors"],
  plan: ["profile", "random", "units", "errors"],
  transport: ["wire", "plan", "errors", "host"],
  // result for the shapes and files of what is saved
  probe: ["transport", "result", "plan", "wire", "errors"],
  engine: ["transport", "plan", "measure", "wire", "host", "random", "errors"],
  "mock-server": ["wire", "random", "host", "units", "errors"],
  target: ["engine", "mock-server", "host", "errors"],
  result: ["engine", "plan", "measure", "statistics", "host", "units", "errors"],
  verdict: ["result", "statistics", "units", "errors"],
  capacity: ["verdict", "result", "statistics", "units", "errors"],
  compare: ["verdict", "result", "measure", "statistics", "random", "units", "errors"],
  report: ["probe", "compare", "verdict", "result", "measure", "statistics", "units", "errors"],
  commands: [
    "profile",
    "probe",
    "transport",
    "plan",
    "engine",
    "target",
    "mock-server",
    "result",
    "verdict",
    "compare",
    "capacity",
    "report",
    "host",
    "units",
    "errors",
  ],
  // report for its table of flags
  cli: ["commands", "profile", "plan", "report", "host", "errors"],
};
// package -> the only files that may import it
const onlyIn = {
  "cli-table3": "^src/report/terminal-table[.]ts$",
  commander: "^src/cli/program[.]ts$",
  "fastest-levenshtein": "^src/errors/nearest-name[.]ts$",
  "hdr-histogram-js": "^src/measure/hdr-codec[.]ts$",
  picocolors: "^src/report/colourise[.]ts$",
  tinypool: "^src/engine/thread-pool[.]ts$",
  "@sinclair/typebox":
    "^src/(profile/((setting|profile)-schema|schema-nodes)|result/(schema-shorthands|run-result|result-blocks|result-schema|first-fault|result-file|comparison|steady-schema|scalability-schema|capacity-schema|streams-schema|queue-schema|shutdown-schema|connection-figures-schema|resilience-schema|backpressure-schema)|compare/noise-floor-record|commands/read-noise-floor|probe/probe-(record|file))[.]ts$",
  // of its script only, which the build bundles for the browser (bundle-page.js)
  uplot: "^src/report/page/(draw-(chart|bands)|report-page)[.]ts$",
  // one on each side of the connection
  ws: "^src/(transport/ws-transport|mock-server/compressed-session)[.]ts$",
  yaml: "^src/profile/read-profile[.]ts$",
};
export default {
  forbidden: [
    ...Object.entries(mayImport).map(([folder, allowed]) => ({
      name: `${folder}-imports`,
      severity: "error",
      comment: `src/${folder} may import only ${allowed.join(", ") || "nothing of ours"}`,
      from: { path: `^src/${folder}/` },
      to: { path: "^src/", pathNot: [folder, ...allowed].map((f) => `^src/${f}/`) },
    })),
    ...Object.entries(onlyIn).map(([name, file]) => ({
      name: `${name}-in-one-place`,
      severity: "error",
      from: { pathNot: file },
      to: { path: `node_modules/(@types/)?${name}/` },
    })),
    {
      name: "every-package-is-in-the-table",
      severity: "error",
      from: { path: "^src/" },
      to: {
        dependencyTypesNot: ["core", "type-only"],
        path: "node_modules/",
        pathNot: Object.keys(onlyIn).map((name) => `node_modules/(@types/)?${name}/`),
      },
    },
    {
      name: "every-folder-is-in-the-table",
      severity: "error",
      comment: "a folder that the table does not name could import anything",
      from: { path: "^src/[^/]+/", pathNot: Object.keys(mayImport).map((folder) => `^src/${folder}/`) },
      to: {},
    },
    {
      name: "pure-folders",
      severity: "error",
      comment: "these compute; they read and write nothing",
      from: { path: "^src/(plan|verdict|compare|report|units|statistics|capacity)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "worker-never-imports-main-side",
      severity: "error",
      from: { path: "^src/engine/worker/" },
      to: { path: "^src/engine/((worker|thread|process)-pool|run-plan|snapshot)" },
    },
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      severity: "error",
      // loss-pattern: kept for its figures (test/unit/unused-exports.test.ts), and needs nothing
      from: { orphan: true, path: "^src/", pathNot: "^src/(main|statistics/loss-pattern)[.]ts$" },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  },
};
