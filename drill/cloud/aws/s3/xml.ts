/** XML as the S3 API speaks it: no attributes but the name space, no mixed content. */
export type Xml = string | number | boolean | undefined | XmlObject | readonly Xml[];
interface XmlObject {
  readonly [element: string]: Xml;
}

export function render(root: string, content: XmlObject): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner(content)}</${root}>`;
}

function inner(content: Xml): string {
  if (content === undefined) return "";
  if (typeof content !== "object") return escaped(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((item: Xml) => [name, item] as const),
    )
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => `<${name}>${inner(item)}</${name}>`)
    .join("");
}

const escaped = (text: string): string =>
  text.replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The contents of every element of that name, not yet unescaped. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "g"))].map(
    (match) => match[1] ?? "",
  );
}

/** The text of the first element of that name. */
export function textOf(xml: string, name: string): string | undefined {
  const found = elements(xml, name)[0];
  return found === undefined ? undefined : unescaped(found);
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, code: string) => {
    if (/^#x/i.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(2), 16));
    if (code.startsWith("#")) return String.fromCodePoint(Number(code.slice(1)));
    return NAMED[code] ?? whole;
  });
}
