// tsung (Erlang, a Debian package): sessions of requests, each waiting for its answer; means and no percentiles.
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const fastestPerSecond = 10_000;

export function findTsung() {
  if (spawnSync("tsung", ["-v"]).error !== undefined) return { missing: "tsung: apt-get install tsung" };
  return { generator: tsung };
}

const tsung = {
  name: "tsung",
  canDo: ({ inFlight, ratePerSecond, pacing }) =>
    pacing === undefined && (ratePerSecond === undefined ? inFlight === 1 : ratePerSecond <= fastestPerSecond),
  async run(bench, load, options) {
    const file = join(bench.folder, "tsung.xml");
    const logs = join(bench.folder, "tsung-logs");
    await mkdir(logs, { recursive: true });
    await writeFile(file, sessionFile(load));
    return bench.command("tsung", ["-f", file, "-l", logs, "start"], {
      ...options,
      isJson: false,
      window: { ...options.window, endsChild: true },
    });
  },
  read: () => ({}),
};

/** In this machine's one virtual machine of Erlang; each user sends until it is ended from outside. */
function sessionFile({ url, connections, sizeBytes, ratePerSecond, warmSeconds, seconds }) {
  const { hostname, port } = new URL(url);
  const think = ratePerSecond === undefined ? "" : `<thinktime value="${connections / ratePerSecond}"></thinktime>`;
  return `<?xml version="1.0"?>
<!DOCTYPE tsung SYSTEM "/usr/share/tsung/tsung-1.0.dtd">
<tsung loglevel="error" version="1.0">
  <clients><client host="localhost" use_controller_vm="true" maxusers="10000"/></clients>
  <servers><server host="${hostname}" port="${port}" type="tcp"/></servers>
  <load duration="${Math.ceil(warmSeconds + seconds) + 10}" unit="second">
    <arrivalphase phase="1" duration="10" unit="second">
      <users maxnumber="${connections}" arrivalrate="${connections * 2}" unit="second"/>
    </arrivalphase>
  </load>
  <sessions>
    <session name="echo" probability="100" type="ts_websocket">
      <request><websocket type="connect" path="/"></websocket></request>
      <for from="1" to="1000000000" var="i">
        <request><websocket type="message" frame="text">${"x".repeat(sizeBytes)}</websocket></request>${think}
      </for>
    </session>
  </sessions>
</tsung>
`;
}
