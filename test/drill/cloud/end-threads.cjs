// Preloaded into a cloud that a test watches: ends all its threads on SIGUSR2.
process.on("worker", (worker) => process.on("SIGUSR2", () => worker.terminate()));
