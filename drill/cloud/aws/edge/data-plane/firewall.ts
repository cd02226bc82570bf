import type { Blocked, FirewallRule, Position, RequestPart, Statement } from "./configuration";
import type { Incoming } from "./routing";

/** The answer of the first rule that matches; undefined when the request may go on. */
export const blockedBy = (rules: readonly FirewallRule[], incoming: Incoming): Blocked | undefined =>
  rules.find(({ statement }) => holds(statement, incoming))?.answer;

function holds(statement: Statement, incoming: Incoming): boolean {
  if (statement.kind === "not") return !holds(statement.statement, incoming);
  if (statement.kind === "and") return statement.statements.every((one) => holds(one, incoming));
  if (statement.kind === "or") return statement.statements.some((one) => holds(one, incoming));
  const given = partOf(statement.part, incoming);
  return POSITIONS[statement.position](
    statement.lowerCase ? given.toLowerCase() : given,
    statement.searchString,
  );
}

const POSITIONS: Readonly<Record<Position, (text: string, wanted: string) => boolean>> = {
  EXACTLY: (given, wanted) => given === wanted,
  STARTS_WITH: (given, wanted) => given.startsWith(wanted),
  ENDS_WITH: (given, wanted) => given.endsWith(wanted),
  CONTAINS: (given, wanted) => given.includes(wanted),
};

function partOf(part: RequestPart, { host, path, query, method, headers }: Incoming): string {
  if (part.kind === "header") return String(headers[part.name] ?? "");
  return { host, path, method, query: query.toString() }[part.kind];
}
