// folder -> the folders it may import. One flow, no way back; src/README.md explains the table.
const mayImport = {
  units: [],
  errors: [],
  random: [],
  host: ["units"],
  statistics: [],
  measure: ["statistics", "units", "errors", "random"],
  wire: ["random", "units", "errors"],
  // target and mock-server for their option types only
  profile: ["plan", "target", "mock-server", "host", "units", "errors"],
  plan: ["profile", "random", "units", "errors"],
  transport: ["wire", "plan", "errors", "units", "host"],
  engine: ["transport", "plan", "measure", "wire", "host", "random", "units", "errors"],
  "mock-server": ["wire", "host", "random", "units", "errors"],
  target: ["mock-server", "measure", "engine", "plan", "host", "units", "errors"],
  result: ["engine", "plan", "measure", "statistics", "host", "units", "errors"],
  verdict: ["result", "units", "errors"],
  report: ["verdict", "result", "statistics", "units"],
  commands: [
    "profile",
    "plan",
    "engine",
    "target",
    "mock-server",
    "result",
    "verdict",
    "report",
    "host",
    "units",
    "errors",
  ],
  cli: ["commands", "profile", "plan", "mock-server", "host", "units", "errors"],
};
const onlyIn = {
  commander: "^src/cli/program[.]ts$",
  tinypool: "^src/engine/worker-pool[.]ts$",
  "hdr-histogram-js": "^src/measure/hdr-codec[.]ts$",
  "cli-table3": "^src/report/terminal-table[.]ts$",
  ws: "^src/(transport/ws-transport|mock-server/compressed-session)[.]ts$",
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
      name: "pure-folders",
      severity: "error",
      comment: "these compute; they read and write nothing",
      from: { path: "^src/(plan|verdict|report|units|statistics)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "worker-never-imports-main-side",
      severity: "error",
      from: { path: "^src/engine/worker/" },
      to: { path: "^src/engine/(worker-pool|run-plan|snapshot-collector)" },
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
      from: { orphan: true, path: "^src/", pathNot: "^src/main[.]ts$" },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  },
};
