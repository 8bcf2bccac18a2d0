// load_test of uWebSockets (C, benchmarks/load_test.c): sends one prepared frame, waits for as many bytes to come back, and sends it
// again. It counts, measures no time, and never ends.

/** `path` is that of the program. */
export function uwsLoadTest(path) {
  return {
    name: "uWebSockets load_test",
    canDo: ({ inFlight, ratePerSecond }) => ratePerSecond === undefined && inFlight === 1,
    run(bench, { url, connections, sizeBytes }, options) {
      const { hostname, port } = new URL(url);
      const isTls = 0;
      const isCompressed = 0;
      return bench.command(path, [connections, hostname, port, isTls, isCompressed, sizeBytes], {
        ...options,
        isJson: false,
        window: { ...options.window, endsChild: true },
      });
    },
    read: () => ({}),
  };
}
