import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exitCode } from "../../../src/errors/exit-code.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const pages = [
  "README.md",
  "src/README.md",
  "test/README.md",
  "bench/README.md",
  "docs/reading-the-numbers.md",
  "docs/ci.md",
];

describe("the pages", () => {
  it("lists the exit codes there are", () => {
    const rows = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^\| ([\d, ]+) \| /gm)];
    const listed = rows.flatMap(([, codes]) => codes!.split(",").map(Number));
    expect(listed.sort((a, b) => a - b)).toEqual(Object.values(exitCode).sort((a, b) => a - b));
  });

  it("links to files that exist", () => {
    for (const page of pages) {
      const text = readFileSync(join(root, page), "utf8");
      const links = [...text.matchAll(/\]\(([^)#]+)\)/g)]
        .map(([, link]) => link!)
        .filter((link) => !link.includes(":"));
      for (const link of links) expect(existsSync(join(root, dirname(page), link)), `${page}: ${link}`).toBe(true);
    }
  });

  it("maps the code to files that exist", () => {
    const text = readFileSync(join(root, "src/README.md"), "utf8");
    const named = [...text.matchAll(/`([a-z-]+\/[a-z./-]+\.ts)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(40);
    for (const path of named) expect(existsSync(join(root, "src", path)), path).toBe(true);
  });

  it("lists every decision", () => {
    const folder = join(root, "docs/decisions");
    const index = readFileSync(join(folder, "README.md"), "utf8");
    for (const file of readdirSync(folder)) if (/^\d/.test(file)) expect(index).toContain(`(${file})`);
  });
});
