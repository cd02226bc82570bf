import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Suites start real servers; one worker a core keeps their times steady.
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
    env: { FORCE_COLOR: "0" },
  },
});
