import { writeFileSync } from "node:fs";
import type { CustomersFile } from "../../load/customers-file";
import { DRILL_PASSWORD } from "../common/password";
import { STAFF_EMAIL } from "./customers";
import type { GenerateReport } from "./generate";

/** Writes who may log in, for the load. The people do not exist, and neither does anything they could lose. */
export function writeCustomersFile(
  file: string,
  { customers, promotions }: Pick<GenerateReport, "customers" | "promotions">,
): void {
  const content: CustomersFile = {
    version: 1,
    password: DRILL_PASSWORD,
    customers: [...customers],
    promotions: [...promotions],
    staff: { email: STAFF_EMAIL, password: DRILL_PASSWORD },
  };
  writeFileSync(file, `${JSON.stringify(content)}\n`, { mode: 0o600 });
}
