import { probeGroups } from "../../probe/probe.ts";
import type { NeighbourStretch, ProbeFinding, ProbeRecord } from "../../probe/probe-record.ts";
import { countText, secondsText, timeText } from "../format.ts";
import {
  answerText,
  harmMarker,
  harmText,
  neighbourLines,
  probeMarker,
  probeTally,
  probeTitle,
  probeVerdictMarker,
  verdictReasons,
} from "../probe-figures.ts";
import { asSentence } from "./html-chart.ts";
import { renderPage, type PageAssets, type PageSection } from "./html-page.ts";
import { htmlTable, markerTag, notes, numberColumns, textColumn, tiles } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

const titles: Readonly<Record<ProbeFinding["group"], string>> = {
  handshake: "Handshakes",
  malformed: "Malformed messages and frames",
  unauthorised: "Credentials",
  "too-fast": "Too much at once",
  oversize: "Too large a message",
};

/** What probing has found out as one HTML page that needs no network: the verdict, each group of probes, the other sessions. */
export function renderHtmlProbes(record: ProbeRecord, assets: PageAssets): string {
  const { startedAt, durationMs, toolVersion, strict } = record;
  const began = `${startedAt.slice(0, 19).replace("T", " ")} UTC`;
  return renderPage(
    {
      title: `floodgate: ${probeTitle(record)}`,
      header: markup`<p>${record.probes.length} probes, one after the other, beside ${record.neighbours.count} ordinary sessions; began ${began}, took ${secondsText(durationMs)}${strict ? "; what is tolerated counts as well (--strict)" : ""}</p>
`,
      sections: [
        { id: "verdict", title: "Verdict", body: verdictBody(record) },
        ...probeGroups.flatMap((group) => groupSection(group, record)),
        { id: "others", title: "Other sessions", body: neighbourBody(record) },
      ],
      footer: markup`<p>Made by floodgate ${toolVersion} probe.</p>`,
    },
    assets,
  );
}

function verdictBody(record: ProbeRecord): Html {
  const marker = probeVerdictMarker(record);
  const { outcome, exitCode } = record.verdict;
  const [first = "", ...others] = verdictReasons(record);
  const figures = probeTally(record).map(([name, count]) => [name, countText(count)] as const);
  return markup`<div class="verdict ${marker.slice(1, -1).toLowerCase()}">
<p>${markerTag(marker)} <strong>${outcome}</strong>${first === "" ? "" : `: ${first}`} <span class="note">(exit code ${exitCode})</span></p>
${others.length === 0 ? null : markup`<ul>${others.map((reason) => markup`<li>${reason}</li>`)}</ul>`}
</div>
${tiles(figures)}`;
}

function groupSection(group: ProbeFinding["group"], record: ProbeRecord): readonly PageSection[] {
  const ofGroup = record.probes.filter((probe) => probe.group === group);
  if (ofGroup.length === 0) return [];
  const columns = ["probe", "outcome", "sent", "answer", "remark"].map(textColumn);
  const rows = ofGroup.map((probe) => [
    nameTag(probe),
    markerTag(probeMarker(probe, record)),
    probe.sent,
    probe.answer === null ? "not tested" : answerText(probe.answer),
    remarks(probe, record),
  ]);
  const title = titles[group];
  return [{ id: group, title, body: htmlTable(`Group ${group}, in the order they were made`, columns, rows) }];
}

function remarks(probe: ProbeFinding, record: ProbeRecord): Html | null {
  const { outcome, wanted, note } = probe;
  const harm = harmMarker(probe, record);
  const wish = outcome === "wrong" || outcome === "tolerated" ? `wanted ${wanted}` : "";
  const said = [wish, note].filter((part) => part !== "").join("; ");
  if (harm === null) return said === "" ? null : sentence(said);
  const harmed = sentence(markup`${markerTag(harm)} ${harmText(probe)}`);
  return said === "" ? harmed : markup`${sentence(said)}<br>${harmed}`;
}

/** Words in a few long lines. */
function sentence(words: string | Html): Html {
  return markup`<span class="sentence">${words}</span>`;
}

/** On one line: it is to be copied behind --only. */
function nameTag({ name }: Pick<ProbeFinding, "name">): Html {
  return markup`<code class="whole">${name}</code>`;
}

function neighbourBody(record: ProbeRecord): Html {
  const { watchedBy, before } = record.neighbours;
  const said = notes(neighbourLines(record).map(asSentence));
  if (watchedBy === "connections") return said;
  const cells = ({ sent, answered, lost, closed, medianLatencyUs, worstLatencyUs }: NeighbourStretch) => [
    ...[sent, answered, lost, closed].map(countText),
    ...[medianLatencyUs, worstLatencyUs].map(timeText),
  ];
  const during = record.probes.flatMap(({ name, neighbours }) =>
    neighbours === null ? [] : [[nameTag({ name }), ...cells(neighbours)]],
  );
  const columns = [
    textColumn("during"),
    ...numberColumns("sent", "answered", "lost", "ended", "median answer", "slowest answer"),
  ];
  return markup`${said}${htmlTable("All other sessions together", columns, [["before all probes", ...cells(before)], ...during])}`;
}
