/** `s.name` or `s."Name"`: a column or prepared value of the row of the source. */
const REFERENCE = /(?<![\w.])s\.(?:"((?:[^"]|"")+)"|([A-Za-z_][\w$]*))/g;
/** Splits a text so that every second part is a literal, where nothing is a reference. */
const LITERAL = /('(?:[^']|'')*')/;

/** What an expression reads of the row of its source, by name. */
export function referencesIn(sql: string): string[] {
  const found: string[] = [];
  replaceReferences(sql, (name) => {
    found.push(name);
    return undefined;
  });
  return found;
}

/** An expression with something else in place of references; undefined leaves one as it is. */
export function replaceReferences(sql: string, replace: (name: string) => string | undefined): string {
  const parts = sql.split(LITERAL).map((part, index) =>
    index % 2 === 1
      ? part
      : part.replace(
          REFERENCE,
          (reference, quoted: string | undefined, plain: string | undefined) =>
            // A name without quotes is in lower case, however it is written.
            replace(quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? "") ?? reference,
        ),
  );
  return parts.join("");
}

/** Whether an expression is nothing but a column or prepared value. */
export const isReference = (sql: string, name: string): boolean =>
  replaceReferences(sql.trim(), (found) => (found === name ? "" : undefined)) === "";
