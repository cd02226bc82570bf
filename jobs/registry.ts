import type { Step } from "./frame/result";
import type { StepName } from "./frame/steps";

/**
 * Each step is loaded when it is asked for: a small step must not pay for the memory of a large one.
 * The extension is what `import()` wants; the file is TypeScript.
 */
export const registry: Readonly<Partial<Record<StepName, () => Promise<Step>>>> = {
  install: async () => (await import("./install/index.js")).install,
  precheck: async () => (await import("./precheck/index.js")).precheck,
  backup: async () => (await import("./backup/index.js")).backup,
  "restore-check": async () => (await import("./restore-check/index.js")).restoreCheck,
  baseline: async () => (await import("./baseline/index.js")).baseline,
  migrate: async () => (await import("./migrate/index.js")).migrate,
  verify: async () => (await import("./verify/index.js")).verify,
  drain: async () => (await import("./drain/index.js")).drain,
  switched: async () => (await import("./switched/index.js")).switched,
  soak: async () => (await import("./soak/index.js")).soak,
  contract: async () => (await import("./contract/index.js")).contract,
  revert: async () => (await import("./revert/index.js")).revert,
  reconcile: async () => (await import("./reconcile/index.js")).reconcile,
  report: async () => (await import("./report/index.js")).report,
};
