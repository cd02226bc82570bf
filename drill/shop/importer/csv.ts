/** A record of a CSV file, or why it is none. `line` is the line of the file it begins on, from 1. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly problem: string };

/** A record longer than this is a quote that was never closed. */
const LONGEST_RECORD = 1_048_576;

/**
 * Reads CSV as RFC 4180 has it, piece by piece: fields in quotes may hold separators, line ends and doubled quotes; lines end
 * with CRLF, LF or CR LF mixed. A quote inside a field that does not begin with one stands for itself, as shops write 27".
 */
export class CsvReader {
  private rest = "";
  private line = 1;

  constructor(private readonly delimiter: string) {}

  /** The records that are complete with this piece. */
  *push(piece: string): Generator<CsvRecord> {
    this.rest = this.rest === "" ? piece : this.rest + piece;
    yield* this.read(false);
  }

  /** What is left at the end of the file. */
  *end(): Generator<CsvRecord> {
    yield* this.read(true);
  }

  private *read(last: boolean): Generator<CsvRecord> {
    const text = this.rest;
    let from = 0;
    while (from < text.length) {
      const end = text.indexOf("\n", from);
      if (end < 0 && !last) break;
      const until = end < 0 ? text.length : end;
      const plain = text.slice(
        from,
        text.charCodeAt(until - 1) === CARRIAGE_RETURN && until > from ? until - 1 : until,
      );
      if (!plain.includes('"')) {
        // The common case: no quote, so the line is the record.
        if (plain !== "") yield { line: this.line, fields: plain.split(this.delimiter) };
        this.line++;
        from = until + 1;
        continue;
      }
      const quoted = this.quoted(text, from, last);
      if (quoted === undefined) break;
      yield quoted.record;
      from = quoted.next;
    }
    this.rest = from < text.length ? text.slice(from) : "";
  }

  /** A record with quotes that begins at `from`; undefined when the text ends before the record does. */
  private quoted(text: string, from: number, last: boolean): { record: CsvRecord; next: number } | undefined {
    const line = this.line;
    const fields: string[] = [];
    let problem: string | undefined;
    let at = from;
    let lines = 1;
    for (;;) {
      const field = this.field(text, at);
      if (field === undefined) {
        if (!last && text.length - from < LONGEST_RECORD) return undefined;
        // Give up this line alone, so that one stray quote does not swallow the file.
        this.line++;
        const end = text.indexOf("\n", from);
        return {
          record: { line, problem: "a quote is never closed" },
          next: end < 0 ? text.length : end + 1,
        };
      }
      if (field.end >= text.length && !last) return undefined;
      fields.push(field.value);
      lines += field.lines;
      problem ??= field.problem;
      at = field.end + 1;
      if (text.charAt(field.end) !== this.delimiter) break;
    }
    this.line += lines;
    return { record: problem === undefined ? { line, fields } : { line, problem }, next: at };
  }

  /** The field at `from`; `end` is where its separator or line end stands. Undefined when its quote is not closed. */
  private field(
    text: string,
    from: number,
  ): { value: string; end: number; lines: number; problem?: string } | undefined {
    if (text.charAt(from) !== '"') {
      const end = this.separator(text, from);
      return { value: withoutReturn(text.slice(from, end), text, end), end, lines: 0 };
    }
    const close = closingQuote(text, from + 1);
    if (close < 0) return undefined;
    const inner = text.slice(from + 1, close);
    const end = this.separator(text, close + 1);
    const after = withoutReturn(text.slice(close + 1, end), text, end);
    const value = inner.includes('""') ? inner.replaceAll('""', '"') : inner;
    const lines = inner.includes("\n") ? inner.split("\n").length - 1 : 0;
    return after.trim() === ""
      ? { value, end, lines }
      : { value, end, lines, problem: `text after a closing quote: ${after.slice(0, 20)}` };
  }

  private separator(text: string, from: number): number {
    const comma = text.indexOf(this.delimiter, from);
    const newline = text.indexOf("\n", from);
    const end = comma < 0 ? newline : newline < 0 ? comma : Math.min(comma, newline);
    return end < 0 ? text.length : end;
  }
}

const CARRIAGE_RETURN = 13;

/** Where the quote closes; two quotes in a row are one that is meant. -1 when it does not. */
function closingQuote(text: string, from: number): number {
  let close = text.indexOf('"', from);
  while (close >= 0 && text.charAt(close + 1) === '"') close = text.indexOf('"', close + 2);
  return close;
}

function withoutReturn(value: string, text: string, end: number): string {
  const atLineEnd = end >= text.length || text.charAt(end) === "\n";
  return atLineEnd && value.endsWith("\r") ? value.slice(0, -1) : value;
}

/** The separator a header line most likely uses. */
export function guessDelimiter(header: string): string {
  const bare = header.replace(/"[^"]*"/g, "");
  const count = (delimiter: string): number => bare.split(delimiter).length;
  return [",", ";", "\t", "|"].reduce((best, next) => (count(next) > count(best) ? next : best));
}
