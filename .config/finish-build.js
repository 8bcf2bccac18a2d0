// The last step of a build: what was built from sources that are gone goes too (the package would carry it), and the
// command must be executable when npm links it.
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "dist");
const command = join(built, "main.js");

if (!existsSync(command)) {
  process.stderr.write("the build has made no dist/main.js; remove the folder dist and build again\n");
  process.exit(1);
}
for (const name of readdirSync(built, { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".js")) continue;
  const source = join(root, "src", name.replace(/\.js$/, ".ts"));
  if (!existsSync(source)) rmSync(join(built, name));
}
chmodSync(command, 0o755);
