import type { CommandContext } from "./command";
import type { FlagDefinition, Flags } from "./flags";
import { notSupported } from "../errors";

export const ANALYZE_FLAGS: FlagDefinition[] = [];
export async function analyzeCommand(_flags: Flags, _context: CommandContext): Promise<number> {
  throw notSupported("policy analyze");
}
