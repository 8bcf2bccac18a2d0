// Overloads, starves and freezes the generator on purpose, then the target, and looks at whom floodgate blames.
import { situations } from "../honesty-situations.js";

export const title = "whose lateness it is: generator and target overloaded, starved and frozen on purpose";
export const minutes = 13;

const mostRounds = 3;

export async function run(bench) {
  const rounds = bench.isQuick ? 1 : Math.min(mostRounds, bench.rounds);
  const found = new Map(situations.map((situation) => [situation, []]));
  const echo = await bench.startEchoServer();
  for (let round = 1; round <= rounds; round++) {
    for (const situation of situations) {
      bench.progress(`round ${round}/${rounds}: ${situation.name}`);
      found.get(situation).push(await observe(bench, situation, echo));
    }
  }
  await echo.close();
  bench.progress("");
  show(bench, found);
}

/** One run in a situation; gives what floodgate said, and what of it is wrong. */
export async function observe(bench, situation, echo) {
  const { words, disturb, mock } = situation;
  const server = mock === undefined ? echo : await bench.startMock({ args: mock });
  const before = await server.books();
  const cleanUp = [];
  let disturbed;
  const onStart = (child) => {
    const run = { child, server, before, atEnd: (act) => cleanUp.push(act) };
    disturbed = disturb?.(run);
  };
  try {
    const { code, output } = await bench.floodgate(["run", server.url, "-w", 1, ...words], { onStart });
    await disturbed;
    const said = whatWasSaid(code, output);
    return { ...said, wrong: whatIsWrong(situation, said) };
  } finally {
    for (const act of cleanUp) await act();
    if (server !== echo) await server.close();
  }
}

function whatWasSaid(code, { generator, totals, verdict, thresholds }) {
  const { latencyUs, serviceUs, ownSlipUs, connections } = totals;
  const inMs = (us) => (us === null ? null : us / 1000);
  return {
    code,
    health: generator.health,
    reasons: generator.reasons,
    lagP99Ms: inMs(generator.lagUs?.p99 ?? null),
    verdict: verdict.reasons,
    gates: thresholds.map(({ metric, outcome }) => `${metric} ${outcome}`),
    latencyP99Ms: inMs(latencyUs.p99 ?? serviceUs.p99),
    latencyMaxMs: inMs(latencyUs.max ?? serviceUs.max),
    serviceP99Ms: inMs(serviceUs.p99),
    ownSlipP99Ms: inMs(ownSlipUs.p99),
    connectP99Ms: inMs(connections.connectUs.p99),
  };
}

function whatIsWrong({ blame, latencyMaxMs = 0 }, said) {
  const wrong = [];
  if (blame === "generator") {
    if (said.code === 99) wrong.push("the target is blamed");
    if (said.code !== 0 && said.code !== 96 && said.code !== 99) wrong.push(`ends with ${said.code}`);
    if (said.health === "ok") wrong.push("the numbers are not doubted");
    return wrong;
  }
  if (said.health === "limited") wrong.push("the generator is blamed");
  const right = blame === "target" ? 99 : 0;
  if (said.code !== right) wrong.push(`ends with ${said.code}`);
  if (blame === "target" && said.latencyMaxMs < latencyMaxMs) wrong.push(`only ${said.latencyMaxMs} ms are shown`);
  return wrong;
}

function show(bench, found) {
  const ms = (value) => (value === null ? "-" : value.toFixed(value < 10 ? 1 : 0));
  const each = (list, of) => [...new Set(list.map(of))].join(" ");
  bench.table(
    ["situation", "to blame", "", "health", "code", "latency p99 ms", "max", "own slip p99", "lag p99"],
    [...found].map(([{ name, blame }, list]) => [
      name,
      blame,
      list.every(({ wrong }) => wrong.length === 0) ? "PASS" : "FAIL",
      each(list, ({ health }) => health),
      each(list, ({ code }) => String(code)),
      ms(bench.median(list.map(({ latencyP99Ms }) => latencyP99Ms))),
      ms(bench.median(list.map(({ latencyMaxMs }) => latencyMaxMs))),
      ms(bench.median(list.map(({ ownSlipP99Ms }) => ownSlipP99Ms))),
      ms(bench.median(list.map(({ lagP99Ms }) => lagP99Ms))),
    ]),
    { leftColumns: 5 },
  );
  for (const [{ name }, list] of found) {
    for (const reasons of new Set(list.map((said) => said.reasons.join("; ")))) {
      if (reasons !== "") bench.print(`${name}: ${reasons}`);
    }
  }
  bench.print("");
  for (const [{ name }, list] of found) {
    for (const { wrong, verdict } of list.filter((said) => said.wrong.length > 0)) {
      bench.remark(`${name}: ${wrong.join(", ")} (${verdict.join("; ")})`);
    }
  }
  const all = [...found.values()].flat();
  const right = all.filter(({ wrong }) => wrong.length === 0).length;
  bench.target({
    what: "honesty: right about whose lateness it is",
    goal: "always",
    found: `${right} of ${all.length} runs`,
    isMet: right === all.length,
  });
}
