import { z } from "zod";

/** Name of a table or column, as PostgreSQL keeps it: in capitals only where it was created in quotes. */
export const relationName = z
  .string()
  .regex(/^[^"\p{Cc}]+$/u, "must be the name of a table or column, without quotes")
  .refine((name) => Buffer.byteLength(name) <= 63, "must be at most 63 bytes, as names in PostgreSQL are");
