/** An exception as it stands in the file. */
export type Waiver = import("zod").output<ReturnType<typeof waiverSchema>>;

/** A waiver that is not in order, with its place in the file. */
export interface WaiverProblem {
  readonly place: string;
  readonly message: string;
}

// Packages are loaded when there is something to read: most runs have no waiver.
function waiverSchema() {
  const { z } = require("zod") as typeof import("zod");
  return z.strictObject({
    rule: z.string().min(1),
    /** Exact URN or exact name of the resource; no pattern. */
    resource: z
      .string()
      .min(1)
      .refine((text) => !/[*?]/.test(text), "must be one exact URN or name, not a pattern"),
    /** Stacks it holds in. */
    stacks: z.array(z.string()).min(1),
    reason: z.string().min(20, "must say why in at least 20 characters"),
    owner: z.string().min(1),
    approver: z.string().min(1),
    granted: z.iso.date(),
    /** Last day it holds. */
    expires: z.iso.date(),
  });
}

/** The entries of a waiver file that are well formed, each with its place, and what is wrong with the others. */
export function readWaiverFile(
  text: string,
  file: string,
): { entries: { waiver: Waiver; place: string }[]; problems: WaiverProblem[] } {
  const { LineCounter, parseDocument } = require("yaml") as typeof import("yaml");
  const schema = waiverSchema();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const place = `${file}:${lines.linePos(broken.pos[0]).line}`;
    return { entries: [], problems: [{ place, message: broken.message.split("\n")[0] ?? "" }] };
  }
  const list: unknown = document.toJS()?.waivers ?? [];
  if (!Array.isArray(list))
    return { entries: [], problems: [{ place: file, message: '"waivers" must be a list' }] };
  const problems: WaiverProblem[] = [];
  const entries = list.flatMap((entry: unknown, index) => {
    const node = document.getIn(["waivers", index], true) as { range?: [number, number, number] } | undefined;
    const place = `${file}:${node?.range === undefined ? 1 : lines.linePos(node.range[0]).line}`;
    const parsed = schema.safeParse(entry);
    if (parsed.success) return [{ waiver: parsed.data, place }];
    problems.push(
      ...parsed.error.issues.map((issue) => ({
        place,
        message: `${issue.path.join(".") || "waiver"}: ${issue.message}`,
      })),
    );
    return [];
  });
  return { entries, problems };
}
