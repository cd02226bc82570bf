import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Suites start real servers; two at a time keeps their times steady on a small machine.
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
    env: { FORCE_COLOR: "0" },
    reporters: process.env.CI
      ? ["default", ["json", { outputFile: "node_modules/.cache/vitest.json" }]]
      : ["default"],
  },
});
