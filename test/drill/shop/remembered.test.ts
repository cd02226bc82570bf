import { expect, it } from "vitest";
import { remembered } from "../../../drill/shop/common/remembered";

it("asks once for everybody who wants to know the same in time", async () => {
  let now = 0;
  const asked: string[] = [];
  const count = remembered(
    100,
    async (key) => asked.push(key),
    () => now,
  );
  expect(await Promise.all([count("a"), count("a"), count("b")])).toEqual([1, 1, 2]);
  now = 99;
  expect(await count("a")).toBe(1);
  now = 100;
  expect(await count("a")).toBe(3);
  expect(asked).toEqual(["a", "b", "a"]);
});

it("asks again after a failure", async () => {
  let healthy = false;
  const count = remembered(100, async () => {
    if (!healthy) throw new Error("away");
    return 7;
  });
  await expect(count("a")).rejects.toThrow("away");
  healthy = true;
  expect(await count("a")).toBe(7);
});

it("keeps no more answers than it should", async () => {
  let asked = 0;
  const count = remembered(1_000_000, async () => ++asked);
  for (let key = 0; key <= 1_000; key++) await count(String(key));
  expect(await count("0")).toBe(1_002);
});
