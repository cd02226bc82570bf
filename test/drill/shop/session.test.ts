import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DRILL_PASSWORD,
  DRILL_PASSWORD_HASH,
  hashPassword,
  verifyPassword,
} from "../../../drill/shop/common/password";
import { createToken, readToken } from "../../../drill/shop/common/session";

describe("tokens", () => {
  const session = { customer: 42, role: "customer" } as const;
  const token = createToken(session, "secret", 1_000_000);

  it("carry the session to whoever knows the secret", () => {
    expect(readToken(token, "secret", 1_000_000)).toEqual(session);
    expect(readToken(token, "other", 1_000_000)).toBeUndefined();
  });

  it("end after a day", () => {
    expect(readToken(token, "secret", 1_000_000 + 86_399_000)).toEqual(session);
    expect(readToken(token, "secret", 1_000_000 + 86_400_000)).toBeUndefined();
  });

  it("are worth nothing once a sign is changed", () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom("0", "9", "a", ".", "_"), (at, sign) => {
        const forged = token.slice(0, at) + sign + token.slice(at + 1);
        const read = readToken(forged, "secret", 1_000_000);
        // The last sign of base64url holds two bits that mean nothing.
        return forged === token || read === undefined || at === token.length - 1;
      }),
    );
    expect(readToken(token.replace("customer", "staff"), "secret", 1_000_000)).toBeUndefined();
  });
});

describe("passwords", () => {
  it("belong to their hash alone", async () => {
    const hash = await hashPassword("pässword");
    expect(await verifyPassword("pässword", hash)).toBe(true);
    expect(await verifyPassword("password", hash)).toBe(false);
    expect(await hashPassword("pässword")).not.toBe(hash);
  });

  it("of generated customers belong to the shared hash", async () => {
    expect(await verifyPassword(DRILL_PASSWORD, DRILL_PASSWORD_HASH)).toBe(true);
  });

  it.each([null, "", "md5$abc", "scrypt$0$8$1$AA$AA", "scrypt$x$8$1$AA$AA"])(
    "belong to no hash like %j",
    async (hash) => {
      expect(await verifyPassword("", hash)).toBe(false);
    },
  );
});
