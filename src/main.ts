#!/usr/bin/env node
/** Node opens all modules at once. Where it may open too few files for that, nothing of ours is there yet to say so. */
async function loadProgram() {
  const [{ runCli }, { commandHandlers }, { nodeHost }] = await Promise.all([
    import("./cli/program.ts"),
    import("./commands/command-handlers.ts"),
    import("./host/node-host.ts"),
  ]);
  return { runCli, commandHandlers, nodeHost };
}

try {
  const { runCli, commandHandlers, nodeHost } = await loadProgram();
  const host = nodeHost();
  process.exitCode = await runCli(host, commandHandlers(host));
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== "EMFILE") throw error;
  process.stderr.write(
    "error: too few files may be open to start floodgate: raise the limit of open files (ulimit -n)\n",
  );
  // exitCode.usage, from a module that could not be opened either.
  process.exitCode = 2;
}
