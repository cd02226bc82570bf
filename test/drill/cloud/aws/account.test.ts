import { expect, test } from "vitest";
import { accountOf } from "../../../../drill/cloud/aws/account";
import { UNKNOWN } from "../../../../drill/cloud/provider/values";

test("the account is the one a role is assumed in, else the first allowed, else the example account", () => {
  const roleArn = "arn:aws:iam::999988887777:role/deploy";
  expect(accountOf({ assumeRoles: JSON.stringify([{ roleArn }]) }).id).toBe("999988887777");
  expect(accountOf({ allowedAccountIds: ["222233334444"] }).id).toBe("222233334444");
  expect(accountOf({}).id).toBe("111122223333");
  expect(accountOf({ assumeRoles: UNKNOWN, allowedAccountIds: UNKNOWN, region: UNKNOWN })).toMatchObject({
    id: "111122223333",
    region: "eu-central-1",
  });
});

test("an account that the configuration forbids is refused", () => {
  const roleArn = "arn:aws:iam::999988887777:role/deploy";
  expect(() => accountOf({ assumeRoles: [{ roleArn }], allowedAccountIds: ["222233334444"] })).toThrow(
    /not allowed: 999988887777/,
  );
  expect(() => accountOf({ forbiddenAccountIds: '["111122223333"]' })).toThrow(/not allowed/);
});

test("default tags come as an object or as JSON", () => {
  expect(accountOf({ defaultTags: '{"tags":{"team":"shop"}}' }).defaultTags).toEqual({ team: "shop" });
  expect(accountOf({ defaultTags: { tags: { team: "shop" } } }).defaultTags).toEqual({ team: "shop" });
});
