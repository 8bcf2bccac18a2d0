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
  const ratios = ratiosOf(found, load, peer, "floodgate");
  bench.target({
    what: `${load.name}: CPU of ${peer} against floodgate's`,
    goal: `>= ${atLeast} x`,
    ...judged(bench, ratios, peer, (ratio) => ratio >= atLeast),
  });
}

/** That floodgate spends at most so many times what another does. */
export function costTarget(bench, found, { load, peer, atMost }) {
  const ratios = ratiosOf(found, load, "floodgate", peer);
  bench.target({
    what: `${load.name}: CPU of floodgate against ${peer}`,
    goal: `<= ${atMost} x`,
    ...judged(bench, ratios, peer, (ratio) => ratio <= atMost),
  });
}

/** Round by round; null when rounds are missing, as then none is known to belong to another. */
function ratiosOf(found, load, name, otherName) {
  const ones = figuresOf(found, load, name, "cpuUs");
  const others = figuresOf(found, load, otherName, "cpuUs");
  return ones.length > 0 && ones.length === others.length ? ones.map((us, round) => us / others[round]) : null;
}

function judged(bench, ratios, peer, isMet) {
  if (ratios === null) return { found: `${peer} was not there in every round`, isMet: null };
  return { found: `${bench.withRange(ratios)} x`, isMet: isMet(bench.median(ratios)) };
}
