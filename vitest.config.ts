import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Suites start real servers and wait for them a third of their time: three at a time keep two cores at work.
    pool: "forks",
    // Programs of 250 resources leave much that dies young: room for it spares a fifth of their time.
    poolOptions: { forks: { maxForks: 3, execArgv: ["--max-semi-space-size=64"] } },
    env: { FORCE_COLOR: "0" },
    reporters: process.env.CI
      ? ["default", ["json", { outputFile: "node_modules/.cache/vitest.json" }]]
      : ["default"],
  },
});
