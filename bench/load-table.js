// How the cases that stand beside peers show what measureInTurns (measure-load.js) found.
import { short } from "./print-table.js";

/** One figure of every round. */
export function figuresOf(found, load, generator, field) {
  return (found.get(load).get(generator) ?? []).map((one) => one[field]);
}

/** A line for each load and generator. */
export function printFigures(bench, found) {
  for (const [load, generators] of found) {
    const ours = [...generators].find(([generator]) => generator.isOurs)?.[0];
    const ourUs = bench.median(figuresOf(found, load, ours, "cpuUs"));
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
      [...generators.keys()]
        .filter((generator) => figuresOf(found, load, generator, "cpuUs").length > 0)
        .map((generator) => {
          const all = (field) => figuresOf(found, load, generator, field);
          const middle = (field) => bench.median(all(field));
          return [
            generator.name,
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
  const rows = [...found].flatMap(([load, generators]) =>
    [...generators]
      .filter(([, rounds]) => rounds.some((one) => one.slipUs !== undefined))
      .map(([generator, rounds]) => {
        const range = (name) => bench.withRange(rounds.map((one) => one.slipUs[name]));
        return [load.name, generator.name, range("p50"), range("p99")];
      }),
  );
  bench.print("Slip: actual minus intended send, by the generator's own account, microseconds");
  bench.table(["load", "generator", "p50", "p99"], rows, { leftColumns: 2 });
}
