/** Forms of names and texts. Each function answers what is wrong, in the words of the API; nothing when all is well. */

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

function matches(text: string, pattern: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}

function formMessage(message: string, pattern: string, ...examples: string[]): string {
  const list = examples.map((example) => `'${example}'`).join(",  or ");
  return `${message} (e.g. ${list}, regex used for validation is '${pattern}')`;
}

function tooLong(text: string, most: number): string[] {
  return text.length > most ? [`must be no more than ${most} characters`] : [];
}

/**
 * The form of a name to which characters are added: it may end with a dash. As the API does it, the last two characters
 * of such a name count as one letter.
 */
export function asPrefix(form: (text: string) => string[]): (text: string) => string[] {
  return (text) => form(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -2)}a` : text);
}

export function dnsLabel(text: string): string[] {
  const found = tooLong(text, 63);
  if (matches(text, LABEL)) return found;
  if (matches(text, SUBDOMAIN)) return [...found, "must not contain dots"];
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...found, formMessage(message, LABEL, "my-name", "123-abc")];
}

export function dnsSubdomain(text: string): string[] {
  const found = tooLong(text, 253);
  if (matches(text, SUBDOMAIN)) return found;
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...found, formMessage(message, SUBDOMAIN, "example.com")];
}

/** Search domains may also have underscores. */
export function searchDomain(text: string): string[] {
  const label = "[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?";
  const pattern = `${label}(\\.${label})*`;
  const found = tooLong(text, 253);
  if (matches(text, pattern)) return found;
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...found, formMessage(message, pattern, "example.com")];
}

export function wildcardSubdomain(text: string): string[] {
  const pattern = `\\*\\.${SUBDOMAIN}`;
  const found = tooLong(text, 253);
  if (matches(text, pattern)) return found;
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [...found, formMessage(message, pattern, "*.example.com")];
}

export function dns1035Label(text: string): string[] {
  const found = tooLong(text, 63);
  if (matches(text, LABEL_1035)) return found;
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...found, formMessage(message, LABEL_1035, "my-name", "abc-123")];
}

/** `name` or `example.com/name`. */
export function qualifiedName(text: string): string[] {
  const message =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const form = formMessage(message, QUALIFIED, "MyName", "my.name", "123-abc");
  const parts = text.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.length > 2) {
    return [
      `a qualified name ${form} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const found: string[] = [];
  if (parts.length === 2) {
    const [prefix = ""] = parts;
    if (prefix === "") found.push("prefix part must be non-empty");
    else found.push(...dnsSubdomain(prefix).map((each) => `prefix part ${each}`));
  }
  if (name === "") found.push("name part must be non-empty");
  else if (name.length > 63) found.push("name part must be no more than 63 characters");
  if (!matches(name, QUALIFIED)) found.push(`name part ${form}`);
  return found;
}

export function labelValue(text: string): string[] {
  const found = tooLong(text, 63);
  const pattern = `(${QUALIFIED})?`;
  if (matches(text, pattern)) return found;
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...found, formMessage(message, pattern, "MyValue", "my_value", "12345")];
}

export function portName(text: string): string[] {
  const found = tooLong(text, 15);
  if (!/^[-a-z0-9]+$/.test(text))
    found.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(text)) found.push("must contain at least one letter (a-z)");
  if (text.includes("--")) found.push("must not contain consecutive hyphens");
  if (text.startsWith("-") || text.endsWith("-")) found.push("must not begin or end with a hyphen");
  return found;
}

export function portNumber(port: number): string[] {
  return port >= 1 && port <= 65_535 ? [] : ["must be between 1 and 65535, inclusive"];
}

export function variableName(text: string): string[] {
  const message =
    "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return text !== "" && /^[ -<>-~]+$/.test(text) ? [] : [message];
}

/** Keys of ConfigMaps and Secrets. */
export function dataKey(text: string): string[] {
  const found = tooLong(text, 253);
  if (!/^[-._a-zA-Z0-9]+$/.test(text)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    found.push(formMessage(message, "[-._a-zA-Z0-9]+", "key.name", "KEY_NAME", "key-name"));
  }
  if (text === ".") found.push("must not be '.'");
  else if (text === "..") found.push("must not be '..'");
  else if (text.startsWith("..")) found.push("must not start with '..'");
  return found;
}

export function headerName(text: string): string[] {
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return /^[-A-Za-z0-9]+$/.test(text) ? [] : [formMessage(message, "[-A-Za-z0-9]+", "X-Header-Name")];
}

export function percentText(text: string): string[] {
  const message = "a valid percent string must be a numeric string followed by an ending '%'";
  return /^[0-9]+%$/.test(text) ? [] : [formMessage(message, "[0-9]+%", "1%", "93%")];
}

/** Names that are used as part of a path, as those of roles. */
export function pathSegment(text: string): string[] {
  if (text === "." || text === "..") return [`may not be '${text}'`];
  return ["/", "%"].filter((each) => text.includes(each)).map((each) => `may not contain '${each}'`);
}
