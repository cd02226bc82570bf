import { isIP } from "node:net";

/** An IPv4 address as a number; undefined when it is none. Leading zeros are refused, as the API does. */
export function ipv4(text: string): number | undefined {
  if (isIP(text) !== 4) return undefined;
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

export interface Cidr {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly prefix: number;
}

export function parseCidr(text: string): Cidr | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const family = isIP(address);
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || family === 0) return undefined;
  const prefix = Number(length);
  if (prefix > (family === 4 ? 32 : 128)) return undefined;
  return {
    family: family === 4 ? 4 : 6,
    bits: family === 4 ? BigInt(ipv4(address) ?? 0) : ipv6(address),
    prefix,
  };
}

/** Whether `inner` lies within `outer` and is smaller. */
export function strictlyWithin(inner: Cidr, outer: Cidr): boolean {
  if (inner.family !== outer.family || inner.prefix <= outer.prefix) return false;
  const shift = BigInt((outer.family === 4 ? 32 : 128) - outer.prefix);
  return inner.bits >> shift === outer.bits >> shift;
}

const SPECIAL: readonly (readonly [blocks: readonly string[], why: string])[] = [
  [["0.0.0.0/32", "::/128"], "may not be unspecified (0.0.0.0 or ::)"],
  [["127.0.0.0/8", "::1/128"], "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  [["169.254.0.0/16", "fe80::/10"], "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  [["224.0.0.0/24", "ff02::/10"], "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
];

/** Why an address cannot be one that others reach; nothing when it can. */
export function specialAddress(address: string): string[] {
  const single = parseCidr(`${address}/${isIP(address) === 6 ? 128 : 32}`);
  return SPECIAL.flatMap(([blocks, why]) =>
    blocks.some((block) => {
      const outer = parseCidr(block);
      if (single === undefined || outer === undefined) return false;
      return strictlyWithin(single, outer) || (single.family === outer.family && single.bits === outer.bits);
    })
      ? [why]
      : [],
  );
}

function ipv6(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array<string>(Math.max(0, gap)).fill("0"), ...last];
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(Number.parseInt(group || "0", 16)), 0n);
}
