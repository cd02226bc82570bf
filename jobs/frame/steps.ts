/** Every step a Job can do; the first argument of the container. */
export const STEPS = [
  "install",
  "precheck",
  "backup",
  "restore-check",
  "baseline",
  "migrate",
  "verify",
  "drain",
  "switched",
  "soak",
  "contract",
  "revert",
  "reconcile",
  "report",
] as const;

export type StepName = (typeof STEPS)[number];

export const isStep = (name: string | undefined): name is StepName => STEPS.some((step) => step === name);
