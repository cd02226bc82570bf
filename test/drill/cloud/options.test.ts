import { expect, test } from "vitest";
import { readOptions } from "../../../drill/cloud/options";

test("reads what the cloud is started with", () => {
  expect(readOptions(["--directory", "a", "--images", "b"])).toEqual({
    directory: "a",
    images: "b",
    replicaCap: undefined,
  });
  expect(readOptions(["--directory", "a", "--images", "b", "--replica-cap", "2"]).replicaCap).toBe(2);
});

test("tells all that is wrong at once", () => {
  expect(() => readOptions(["--replica-cap", "many"])).toThrow(
    /--directory is missing\n--images is missing\n--replica-cap: expected a whole number from 1, got many\nusage:/,
  );
  expect(() => readOptions(["--directory", "a", "--images", "b", "--replica-cap", "0"])).toThrow(
    /--replica-cap/,
  );
  expect(() => readOptions(["--unknown"])).toThrow(/--unknown/);
});
