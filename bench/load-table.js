// How the cases that stand beside peers show what measureInTurns (measure-load.js) found.
import { short } from "./print-table.js";

/** One figure of every round, by the generator's name; none when it has not done that load. */
export function figuresOf(found, load, name, field) {
  return roundsOf(found, load, name).map((one) => one[field]);
}

function roundsOf(found, load, name) {
  return [...found.get(load)].find(([generator]) => generator.name === name)?.[1] ?? [];
}

/** Names of the generators that have figures for a load, in the order they were given in. */
function namesIn(found, load) {
  return [...found.get(load)].filter(([, rounds]) => rounds.length > 0).map(([generator]) => generator.name);
}

/** A table for each load with a line for each generator. */
export function printFigures(bench, found) {
  for (const load of found.keys()) {
    const ourUs = bench.median(figuresOf(found, load, "floodgate", "cpuUs"));
    bench.table(
      [
        load.name,
        "CPU us/msg",
        "user",
        "system",
        "x floodgate",
        "msg/s",
        "frames/write",
        "frames/read",
        "target us/msg",
      ],
      namesIn(found, load).map((name) => {
        const all = (field) => figuresOf(found, load, name, field);
        const middle = (field) => bench.median(all(field));
        return [
          name,
          bench.withRange(all("cpuUs")),
          short(middle("userUs")),
          short(middle("systemUs")),
          short(middle("cpuUs") / ourUs),
          middle("ratePerSecond").toFixed(0),
          short(middle("framesPerWrite")),
          short(middle("framesPerRead")),
          short(middle("serverUs")),
        ];
      }),
    );
  }
}

/** A line for each generator that keeps a schedule and knows how late it was. */
export function printSlip(bench, found) {
  const rows = [...found.keys()].flatMap((load) =>
    namesIn(found, load)
      .map((name) => [name, figuresOf(found, load, name, "slipUs")])
      .filter(([, slips]) => slips.every((slip) => slip !== undefined))
      .map(([name, slips]) => {
        const range = (quantile) => bench.withRange(slips.map((slip) => slip[quantile]));
        return [load.name, name, range("p50"), range("p99")];
      }),
  );
  bench.print("Slip: actual minus intended send, by the generator's own account, microseconds");
  bench.table(["load", "generator", "p50", "p99"], rows, { leftColumns: 2 });
}

/** `15.1 (14.9 - 15.5) us; ws, naive 18.3, tsung 40.1`: what each took in the same run. */
export function besidePeers(bench, found, load) {
  const us = (name) => figuresOf(found, load, name, "cpuUs");
  const peers = namesIn(found, load).filter((name) => name !== "floodgate");
  const others = peers.map((name) => `${name} ${short(bench.median(us(name)))}`).join("; ");
  return `${bench.withRange(us("floodgate"))} us${others === "" ? "" : ` (${others})`}`;
}

/** That a peer spends at least so many times what floodgate does: the median of the ratios of each round. */
export function ratioTarget(bench, found, { load, peer, atLeast }) {
  const ours = figuresOf(found, load, "floodgate", "cpuUs");
  const theirs = figuresOf(found, load, peer, "cpuUs");
  // Rounds that a peer failed in are missing from its list, and then no round is known to belong to another.
  const isPaired = ours.length > 0 && ours.length === theirs.length;
  const ratios = isPaired ? ours.map((us, round) => theirs[round] / us) : [];
  bench.target({
    what: `${load.name}: CPU of ${peer} against floodgate's`,
    goal: `>= ${atLeast} x`,
    found: isPaired ? `${bench.withRange(ratios)} x` : `${peer} was not there in every round`,
    isMet: isPaired ? bench.median(ratios) >= atLeast : null,
  });
}
