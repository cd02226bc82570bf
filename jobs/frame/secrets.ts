const SECRET_VARIABLES = /^(ROLE_PASSWORD_.+|.*(SECRET|TOKEN|PASSWORD|ACCESS_KEY).*)$/;

/** Values of the environment that must never be printed: passwords, keys, tokens and the passwords inside URLs. */
export function secretsOf(variables: NodeJS.ProcessEnv): string[] {
  const secrets = new Set<string>();
  for (const [variable, value] of Object.entries(variables)) {
    if (value === undefined || value === "") continue;
    if (SECRET_VARIABLES.test(variable)) secrets.add(value);
    const password = URL.canParse(value) ? new URL(value).password : "";
    if (password !== "") secrets.add(password).add(decodeURIComponent(password));
  }
  // Very short values would blot out ordinary text, and a longer secret may contain a shorter one.
  return [...secrets].filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
}

/** The text with every secret, and every password inside a URL, blotted out. */
export function blot(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, "[secret]");
  return clean.replace(/(\w+:\/\/[^\s:/@"]+):[^\s@/"]+@/g, "$1:[secret]@");
}
