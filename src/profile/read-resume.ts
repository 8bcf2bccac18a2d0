import { usageError } from "../errors/floodgate-error.ts";
import { mockSessionForm } from "../mock-server/session-form.ts";
import { sessionPlaceholder, type ResumePlan } from "../plan/plan.ts";
import type { MergedSettings } from "./merge-layers.ts";
import type { SettingTexts } from "./profile-schema.ts";
import { readChecked } from "./setting-kinds.ts";

/** Modes in which a message is answered on the connection it was sent on, or none is sent. */
const modes: readonly string[] = ["echo", "connect"];

/** How sessions are asked for; null where they are not. Throws usage errors for what cannot be. */
export function readResume(merged: MergedSettings): ResumePlan | null {
  if (!asksForSessions(merged.texts)) return null;
  const name = merged.nameOf("reconnect.resume");
  const { mode = "echo" } = merged.texts;
  if (!modes.includes(mode)) {
    throw usageError(
      `${name} does not fit mode ${mode}: what was in flight on a lost connection is followed in mode echo only`,
      `leave it out, or take --mode echo`,
    );
  }
  const { session, firstMessage, resumed, refused } = formOf(merged.texts);
  if (session === undefined || firstMessage === undefined || resumed === undefined) {
    const missing = session === undefined ? "session" : firstMessage === undefined ? "firstMessage" : "resumed";
    throw usageError(
      `${name} lacks ${missing}`,
      "say where the target names a session, what asks for it, and how the target says that it has it",
    );
  }
  if (!firstMessage.some((text) => text.includes(sessionPlaceholder))) {
    throw usageError(
      `${name}.firstMessage has no ${sessionPlaceholder}`,
      `write ${sessionPlaceholder} where the name of the session goes`,
    );
  }
  return {
    session: readChecked("session-field", session),
    firstMessages: firstMessage,
    resumed: readChecked("ready", resumed),
    refused: refused === undefined ? null : readChecked("ready", refused),
  };
}

/** Whether connections that come again are to ask for their sessions. */
export function asksForSessions({ reconnect }: SettingTexts): boolean {
  return typeof reconnect === "object" && reconnect.resume !== undefined && reconnect.resume !== false;
}

interface FormTexts {
  readonly session?: string;
  readonly firstMessage?: readonly string[];
  readonly resumed?: string;
  readonly refused?: string;
}

/** The mock's form is taken as a whole, or not at all. */
function formOf({ reconnect }: SettingTexts): FormTexts {
  const resume = typeof reconnect === "object" ? reconnect.resume : undefined;
  return typeof resume === "object" && Object.keys(resume).length > 0 ? resume : mockSessionForm;
}
