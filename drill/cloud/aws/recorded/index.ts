import type { Kind } from "../kind";

/** All kinds that are validated and recorded, not run. */
export const RECORDED: readonly Kind[] = [];
