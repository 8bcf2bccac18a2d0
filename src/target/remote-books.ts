import { mockStatsSchema } from "../mock-server/mock-stats.ts";

const timeoutMs = 2000;

/** The books of a floodgate mock that listens behind a WebSocket URL, by `GET /stats`; null when it is any other server. */
export async function readRemoteBooks(webSocketUrl: string): Promise<Readonly<Record<string, number>> | null> {
  try {
    const url = new URL("/stats", webSocketUrl.replace(/^ws/, "http"));
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    const answer: unknown = await response.json();
    if (typeof answer !== "object" || answer === null || !("schema" in answer) || answer.schema !== mockStatsSchema)
      return null;
    return Object.fromEntries(
      Object.entries(answer).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
  } catch {
    return null; // whatever is there, it is not a mock of ours
  }
}
