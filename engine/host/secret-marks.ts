import { isSecret, mapMarked, type PropertyMap, SECRET, secret } from "../values/value";

/** Marks what was a secret in `sent` as one in `received`. */
export function remarkSecrets(received: PropertyMap, sent: PropertyMap): PropertyMap {
  const result = { ...received };
  for (const [key, value] of Object.entries(received)) {
    const original = sent[key];
    if (original === undefined) continue;
    if (isSecret(original)) result[key] = secret(value);
    else if (containsSecretsBelow(original)) result[key] = remarkBelow(value, original);
  }
  return result;
}
function containsSecretsBelow(value: PropertyMap[string]): boolean {
  let found = false;
  mapMarked(value, (v, signature) => {
    if (signature === SECRET) found = true;
    return v;
  });
  return found;
}
function remarkBelow(value: PropertyMap[string], original: PropertyMap[string]): PropertyMap[string] {
  if (isSecret(original)) return secret(value);
  if (Array.isArray(value) && Array.isArray(original))
    return value.map((item, i) =>
      original[i] === undefined ? item : remarkBelow(item, original[i] as PropertyMap[string]),
    );
  if (
    value &&
    original &&
    typeof value === "object" &&
    typeof original === "object" &&
    !Array.isArray(value) &&
    !Array.isArray(original)
  )
    return remarkSecrets(value, original);
  return value;
}
