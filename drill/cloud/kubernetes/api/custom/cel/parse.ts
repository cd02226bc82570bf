/** The part of CEL that validation rules use: literals, fields, calls, operators, and the macros over lists and maps. */
export type Expression =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: "select"; readonly from: Expression; readonly field: string }
  | { readonly kind: "index"; readonly from: Expression; readonly at: Expression }
  | {
      readonly kind: "call";
      readonly on: Expression | undefined;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "choice";
      readonly when: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    };

const TOKEN =
  /\s*(?:(\d+\.\d+(?:[eE][+-]?\d+)?|\d+u?)|([rb]?"(?:[^"\\]|\\.)*"|[rb]?'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)|(&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}]))/y;

const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];

interface Token {
  readonly kind: "number" | "text" | "name" | "symbol" | "end";
  readonly text: string;
}

export class CelError extends Error {}

export function parseRule(text: string): Expression {
  const parser = new Parser(tokenise(text));
  const expression = parser.expression();
  parser.end();
  return expression;
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN.source, "y");
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null)
      throw new CelError(`cannot read the rule at ${JSON.stringify(text.slice(at, at + 20))}`);
    const [, number, quoted, name, symbol] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else tokens.push({ kind: "symbol", text: symbol ?? "" });
  }
  return [...tokens, { kind: "end", text: "" }];
}

class Parser {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  expression(): Expression {
    const when = this.#binary(0);
    if (!this.#take("?")) return when;
    const then = this.#binary(0);
    this.#expect(":");
    return { kind: "choice", when, then, otherwise: this.expression() };
  }

  end(): void {
    if (this.#peek().kind !== "end")
      throw new CelError(`unexpected ${JSON.stringify(this.#peek().text)} in the rule`);
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    while (operators.includes(this.#peek().text) && this.#peek().kind !== "text") {
      const operator = this.#next().text;
      left = { kind: "binary", operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #unary(): Expression {
    const { kind, text } = this.#peek();
    if (kind !== "symbol" || (text !== "!" && text !== "-")) return this.#member();
    this.#next();
    return { kind: "unary", operator: text, operand: this.#unary() };
  }

  #member(): Expression {
    let from = this.#primary();
    for (;;) {
      if (this.#take(".")) {
        const name = this.#next().text;
        if (this.#take("(")) from = { kind: "call", on: from, name, args: this.#list(")") };
        // Fields whose names are keywords are written with underscores around them.
        else from = { kind: "select", from, field: name.replace(/^__(\w+)__$/, "$1") };
      } else if (this.#take("[")) {
        const at = this.expression();
        this.#expect("]");
        from = { kind: "index", from, at };
      } else return from;
    }
  }

  #primary(): Expression {
    const token = this.#next();
    switch (token.kind) {
      case "number":
        return { kind: "literal", value: Number(token.text.replace("u", "")) };
      case "text":
        return { kind: "literal", value: unquoted(token.text) };
      case "name":
        if (token.text === "true" || token.text === "false")
          return { kind: "literal", value: token.text === "true" };
        if (token.text === "null") return { kind: "literal", value: null };
        if (this.#take("(")) return { kind: "call", on: undefined, name: token.text, args: this.#list(")") };
        return { kind: "name", name: token.text };
      default:
    }
    if (token.text === "(") {
      const inner = this.expression();
      this.#expect(")");
      return inner;
    }
    if (token.text === "[") return { kind: "list", items: this.#list("]") };
    if (token.text === "{") return this.#map();
    throw new CelError(`unexpected ${JSON.stringify(token.text)} in the rule`);
  }

  #map(): Expression {
    const entries: [Expression, Expression][] = [];
    while (!this.#take("}")) {
      const key = this.expression();
      this.#expect(":");
      entries.push([key, this.expression()]);
      this.#take(",");
    }
    return { kind: "map", entries };
  }

  #list(close: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(close)) {
      items.push(this.expression());
      if (!this.#take(",")) {
        this.#expect(close);
        break;
      }
    }
    return items;
  }

  #peek(): Token {
    return this.tokens[this.#at] ?? { kind: "end", text: "" };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #take(symbol: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "symbol" || text !== symbol) return false;
    this.#at += 1;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol))
      throw new CelError(`expected ${symbol} before ${JSON.stringify(this.#peek().text)} in the rule`);
  }
}

function unquoted(text: string): string {
  const raw = text.startsWith("r");
  const body = text.replace(/^[rb]/, "").slice(1, -1);
  if (raw) return body;
  return body.replace(
    /\\(.)/g,
    (_all, character: string) => ({ n: "\n", t: "\t", r: "\r" })[character] ?? character,
  );
}
