// One generator under one load, measured in the middle of it: what the cases that stand beside peers are made of.

/** Told to generators on top of the window, so that the load is still there when the window ends. */
const marginSeconds = 1.5;
const warmSeconds = 1;
/** More than this, and the figures may be those of a neighbour. */
const mostOthersCores = 0.1;
const mostAttempts = 3;

/**
 * `load` is `{ name, connections, sizeBytes, inFlight | ratePerSecond, pacing? }`; `generator` as in bench/generators.js.
 * Gives the figures of measure-window.js and `framesPerWrite`, `framesPerRead`, and `slipUs` when the generator knows it.
 */
export async function measureLoad(bench, generator, load, server) {
  const seconds = bench.seconds + marginSeconds;
  const before = await server.books();
  const child = await generator.run(
    bench,
    { ...load, url: server.url, warmSeconds, seconds },
    {
      window: { server, warmSeconds, seconds: bench.seconds, connections: load.connections },
      timeoutMs: (seconds + 60) * 1000,
    },
  );
  const after = await server.books();
  const said = generator.read(child);
  const who = `${generator.name}, ${load.name}`;
  for (const doubt of said.doubts ?? []) bench.remark(`${who}: ${doubt}`);
  const echoed = after.messages - before.messages;
  if (said.sent !== undefined && said.sent !== echoed) {
    bench.remark(`${who}: it says it sent ${said.sent}, the server took in ${echoed}`);
  }
  const { window } = child;
  if (window.connections !== load.connections) {
    bench.remark(`${who}: ${window.connections} of ${load.connections} connections were open`);
  }
  return {
    ...window,
    slipUs: said.slipUs,
    framesPerWrite: said.framesPerWrite ?? framesPerWrite(window),
    framesPerRead: window.messages / window.reads,
  };
}

/** By the kernel's count of the generator's writes; NaN when it sends in a way that is not counted there. */
function framesPerWrite({ messages, writeCalls, reads }) {
  // The server cannot read much more often than was written.
  return writeCalls < reads * 0.8 ? NaN : messages / writeCalls;
}

/** Takes a figure again when something else on the machine spoilt it: by what that used, never by what was found. */
export async function measureUndisturbed(bench, generator, load, server) {
  for (let attempt = 1; ; attempt++) {
    const found = await measureLoad(bench, generator, load, server);
    if (found.othersCores <= mostOthersCores) return found;
    const what = `${generator.name}, ${load.name}: other processes kept ${found.othersCores.toFixed(2)} cores busy meanwhile`;
    bench.remark(
      attempt < mostAttempts ? `${what}; taken again` : `${what}, ${attempt} times: its figures are theirs too`,
    );
    if (attempt === mostAttempts) return found;
  }
}

/**
 * Measures each generator under each load, in turns, forth and back, so that a machine that drifts drifts for all alike. Gives
 * `found.get(load).get(generator)`: a list with one entry a round. Only generators that can do a load are asked to.
 */
export async function measureInTurns(bench, loads, generators, server) {
  const found = new Map(loads.map((load) => [load, new Map()]));
  for (let round = 1; round <= bench.rounds; round++) {
    for (const load of loads) {
      const able = generators.filter((generator) => generator.canDo(load));
      for (const generator of round % 2 === 1 ? able : [...able].reverse()) {
        bench.progress(`round ${round}/${bench.rounds}: ${load.name}, ${generator.name}`);
        const list = found.get(load).get(generator) ?? [];
        found.get(load).set(generator, list);
        try {
          list.push(await measureUndisturbed(bench, generator, load, server));
        } catch (error) {
          // One peer that fails must not cost the others' figures; without floodgate there is nothing to say.
          if (generator.isOurs) throw error;
          bench.remark(`${generator.name}, ${load.name}: ${error.message}`);
        }
      }
    }
  }
  bench.progress("");
  return found;
}
