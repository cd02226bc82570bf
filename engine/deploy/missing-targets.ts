import { Bail } from "../errors";
import type { Deployment } from "./deployment";
import type { Targets } from "./targets";

/** Names the targets that neither the state nor the program knows. @returns why the operation cannot go on */
export function reportMissing(
  deployment: Deployment,
  targets: Targets,
  registered: ReadonlySet<string> = new Set(),
): Bail | undefined {
  const missing = targets.exact().filter((urn) => !deployment.allOlds.has(urn) && !registered.has(urn));
  for (const urn of missing)
    deployment.diagnostics.error(
      `Target '${urn}' could not be found in the stack.` +
        (urn.includes("$") ? "" : " Did you forget to escape $ in your shell?"),
    );
  return missing.length > 0 ? new Bail("one or more targets could not be found in the stack") : undefined;
}
