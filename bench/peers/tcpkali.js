// tcpkali (C): sends copies of one message, as fast as the kernel takes them or at a rate for each connection. With a marker it
// reads the answers and times the first marker that comes back against the first message sent: right only while nothing is
// lost, repeated or overtaken.

/** `path` is that of the program. */
export function tcpkali(path) {
  return {
    name: "tcpkali, marker",
    // Without a rate it floods: it knows no number in flight, and a buffer full shares a write. So it stands beside the
    // largest numbers in flight; floodgate's own buffers are as full with a thousand.
    canDo: ({ inFlight, ratePerSecond, pacing }) =>
      pacing === undefined && (ratePerSecond === undefined ? inFlight >= 64 : true),
    run(bench, { url, connections, sizeBytes, ratePerSecond, warmSeconds, seconds }, options) {
      const { host } = new URL(url);
      const rate = ratePerSecond === undefined ? [] : ["--message-rate", ratePerSecond / connections];
      const message = `#${"x".repeat(sizeBytes - 1)}`;
      const time = `${Math.ceil(warmSeconds + seconds) + 5}s`;
      // The pause lets all connect: beside a flood half of them do not.
      const opening = ["--connect-rate", 1000, "--delay-send", "500ms"];
      const words = ["--websocket", "-c", connections, ...opening, "-w", 1, "-T", time, "--nagle=off"];
      return bench.command(path, [...words, ...rate, "-m", message, "--latency-marker", "#", host], {
        ...options,
        isJson: false,
        window: { ...options.window, endsChild: true },
      });
    },
    read: () => ({}),
  };
}
