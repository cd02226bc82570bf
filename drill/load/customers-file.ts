import { readFileSync } from "node:fs";
import { z } from "zod";

const schema = z.strictObject({
  version: z.literal(1),
  /** One password for all: these people do not exist. */
  password: z.string().min(1),
  /** May be empty: then all customers register. */
  customers: z.array(z.string().min(3)),
  /** Codes a customer may use in an order now. */
  promotions: z.array(z.string().min(1)).default([]),
  staff: z.strictObject({ email: z.string().min(3), password: z.string().min(1) }).optional(),
});

/** Who may log in: written by the generator, read by the load. */
export type CustomersFile = z.infer<typeof schema>;

/** Reads and checks the file. Throws an error that names every wrong place. */
export function readCustomersFile(file: string): CustomersFile {
  const result = schema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `  - ${issue.path.join(".") || "file"}: ${issue.message}`,
  );
  throw new Error(`${file} is not a customers file:\n${problems.join("\n")}`);
}
