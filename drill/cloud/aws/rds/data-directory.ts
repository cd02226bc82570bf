import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { serverAccount } from "../../../postgres/binaries";

/**
 * The folder for data directories: `wanted`, or – when the account that runs the servers cannot reach it, as for root
 * with a home of its own – one in the temporary folder that belongs to `wanted`.
 */
export function dataDirectory(wanted: string): string {
  mkdirSync(wanted, { recursive: true, mode: 0o711 });
  if (serverAccount().uid === undefined || reachable(wanted)) return wanted;
  const name = createHash("sha256").update(wanted).digest("hex").slice(0, 12);
  const elsewhere = path.join(os.tmpdir(), `order-upgrade-databases-${name}`);
  mkdirSync(elsewhere, { recursive: true, mode: 0o711 });
  // Removed by someone else's hand or left by a drill whose folder was removed: the documents tell what is still wanted.
  chmodSync(elsewhere, 0o711);
  return elsewhere;
}

/** Whether everyone may pass through all folders above. */
function reachable(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}
