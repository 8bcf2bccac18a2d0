import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import { describeChoice, describePlan } from "../plan/describe-plan.ts";
import { noLimits } from "../plan/fit-workers.ts";
import { makePlan } from "../plan/make-plan.ts";
import { describeMix } from "../plan/message-mix.ts";
import { resolveWords, targetOf } from "../profile/make-run-request.ts";
import type { MergedSettings, SettingLayer } from "../profile/merge-layers.ts";
import { builtInProfiles } from "../profile/read-profile.ts";
import { recordSettings } from "../profile/record-settings.ts";
import type { SettingsValue } from "../profile/run-request.ts";

const noFlags: SettingLayer = { kind: "flags", texts: {}, origin: () => "the flags" };

/** `floodgate profiles [name]`: what there is, or what one of them would do here, and why. */
export function listProfiles(name: string | undefined, environment: string | undefined, host: Host): ExitCode {
  host.stdout.write(name === undefined ? renderProfileList(environment, host) : renderProfile(name, environment, host));
  return exitCode.ok;
}

/** Every built-in profile with what it finds out and how large it is here. */
export function renderProfileList(environment: string | undefined, host: Host): string {
  const names = builtInProfiles();
  const width = Math.max(...names.map((name) => name.length));
  let choice = "";
  const entries = names.map((name) => {
    const { profile, settings } = resolveWords({ profile: name, flags: noFlags, environment }, host);
    const plan = makePlan(settings, () => 0, noLimits).plan;
    choice = `environment ${plan.environment.name} (${plan.environment.reason})`;
    const indent = " ".repeat(width + 4);
    return `  ${name.padEnd(width)}  ${profile?.texts.description ?? ""}\n${wrap(describePlan(plan), indent)}\n`;
  });
  return `Profiles, at the size they have here: ${choice}\n\n${entries.join("")}\nfloodgate profiles <name> shows one in full; floodgate run <name> runs it.\n`;
}

/** One profile as resolved here: what would run, each setting and who said so. */
export function renderProfile(name: string, environment: string | undefined, host: Host): string {
  const { profile, merged, settings } = resolveWords({ profile: name, flags: noFlags, environment }, host);
  const { plan, notes } = makePlan(settings, () => 0, host.machineLimits());
  const target = targetOf(merged, host);
  const lines = [
    `${profile?.name ?? name}: ${profile?.texts.description ?? "(no description)"}`,
    ...(settings.seed === null ? [describeChoice(plan).replace(/, seed \d+/, "")] : [describeChoice(plan)]),
    ...notes,
    describePlan(plan),
    ...(plan.message.mix === null ? [] : [`messages: ${describeMix(plan.message.mix)}`]),
    `target: ${target.kind === "mock" ? "the built-in mock on a free port" : target.url}`,
    "",
    ...settingLines(merged, recordSettings(merged, settings)),
  ];
  return `${lines.join("\n")}\n`;
}

/** `connections   50    profiles/peak.yaml:14`, one line a setting, lists and stages item by item. */
function settingLines(merged: MergedSettings, record: Readonly<Record<string, SettingsValue>>): readonly string[] {
  const shown = {
    ...record,
    thresholds: merged.texts.thresholds ?? [],
    targetMemoryThresholds: merged.texts.targetMemoryThresholds ?? [],
    ...(merged.texts.probe === undefined ? {} : { probe: merged.texts.probe as SettingsValue }),
  };
  const rows = Object.entries(shown)
    .filter(([name]) => name !== "profile" && name !== "environment")
    .flatMap(([name, value]) => rowsOf(name, value));
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.min(46, Math.max(...rows.map(([, value]) => value.length)));
  let before = "";
  return rows.map(([name, value, setting]) => {
    const label = name === before ? "" : name;
    before = name;
    const origin =
      setting === "workers" && merged.texts.workers === undefined ? "from the cores" : merged.originOf(setting);
    return `  ${label.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${origin}`;
  });
}

function rowsOf(
  name: string,
  value: SettingsValue,
): readonly (readonly [name: string, value: string, setting: string])[] {
  if (isList(value)) return value.map((item, index) => [name, inline(item), `${name}.${index}`]);
  if (typeof value === "object" && value !== null && name !== "tags" && name !== "burst") {
    return Object.entries(value).map(([key, part]) => [`${name}.${key}`, inline(part), `${name}.${key}`]);
  }
  return [[name, inline(value), name]];
}

function inline(value: SettingsValue): string {
  if (isList(value)) return value.map(inline).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, part]) => (key === "name" ? `${inline(part)}:` : `${key} ${inline(part)}`))
    .join(" ");
}

function isList(value: SettingsValue): value is readonly SettingsValue[] {
  return Array.isArray(value);
}

/** Breaks after commas so that no line is wider than 100 columns. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const part of text.split(/(?<=, )/)) {
    if (line.length + part.trimEnd().length > 100 && line !== indent) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += part;
  }
  return [...lines, line.trimEnd()].join("\n");
}
