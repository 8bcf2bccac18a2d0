#!/usr/bin/env node
import { runCli } from "./cli/program.ts";
import { commandHandlers } from "./commands/command-handlers.ts";
import { nodeHost } from "./host/node-host.ts";

const host = nodeHost();
process.exitCode = await runCli(host, commandHandlers(host));
