// Preloaded into every Node process of the drill: ends it when its parent is gone (see leash.ts).
process.stdin.on("end", () => process.kill(process.pid, "SIGKILL"));
process.stdin.on("error", () => process.kill(process.pid, "SIGKILL"));
process.stdin.resume();
// Watching must not keep a finished program alive.
process.stdin.unref?.();
