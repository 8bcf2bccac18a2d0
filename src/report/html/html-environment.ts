import type { RunResult } from "../../result/run-result.ts";
import { bytesText } from "../format.ts";
import { definitions, details } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

/** The machine, the versions, the target and all settings: what it takes to run the same again. */
export function configurationBody(result: RunResult): Html {
  const { environment, tool, target, config } = result;
  const machine = definitions([
    ["environment", `${environment.name} (${environment.reason})`],
    ["host", `${environment.platform}, kernel ${environment.kernel}`],
    ["processor", `${environment.cpuModel}, ${environment.cores} cores`],
    ["memory", bytesText(environment.totalMemoryBytes)],
    ["host fingerprint", environment.hostFingerprint],
    ["CI", environment.ci ? "yes" : "no"],
    ["versions", `floodgate ${tool.version}, Node ${environment.node}, ws ${tool.wsVersion}`],
    ["target", `${target.description} (${target.kind}), ${target.url}`],
    ...(target.firstForeignFrame === null ? [] : [["first foreign frame", target.firstForeignFrame] as const]),
    ["seed", config.seed],
    ["result id", result.id],
    ...(result.mergedFrom === undefined
      ? []
      : [["merged from", result.mergedFrom.map(({ id }) => id).join(", ")] as const]),
  ]);
  return markup`${details("Environment", machine, { isPrinted: true })}${[
    rawDetails("Settings", config.settings),
    rawDetails("Plan", config.plan),
    ...(target.books === null ? [] : [rawDetails("What the mock counted itself", target.books)]),
  ]}`;
}

/** Pages of figures that nobody wants on paper. */
function rawDetails(title: string, data: unknown): Html {
  const text = data === undefined ? "-" : JSON.stringify(data, null, 2);
  return details(title, markup`<pre tabindex="0">${text}</pre>`, { isPrinted: false });
}
