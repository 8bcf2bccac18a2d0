// The last step of a build: the command must be executable when npm links it.
import { chmodSync, existsSync } from "node:fs";

const command = new URL("../dist/main.js", import.meta.url);
if (existsSync(command)) chmodSync(command, 0o755);
