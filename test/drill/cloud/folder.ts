import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { rememberPorts } from "../../../drill/cloud/persistence/ports";
import { openStore } from "../../../drill/cloud/persistence/store";
import { openVault } from "../../../drill/cloud/persistence/vault";

/** A folder of a test's own, which database servers can reach, and what opens a part of the cloud on it. */
export function temporaryFolder() {
  const directory = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-cloud-"));
  chmodSync(directory, 0o711);
  return {
    directory,
    /** Opened anew each time, as a restarted process would. */
    open() {
      const persistence = openStore(path.join(directory, "part"), openVault(directory));
      return { persistence, ports: rememberPorts(persistence.collection("ports")) };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
