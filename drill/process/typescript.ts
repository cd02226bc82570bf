import path from "node:path";

/** Arguments with which Node runs a program of this project, as its own commands are run. */
export const TYPESCRIPT: readonly string[] = [
  "--require",
  path.join(__dirname, "..", "..", "start", "typescript.cjs"),
];
