import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readOptions } from "../../../drill/run/options";

describe("the options of a drill", () => {
  let printed = "";
  beforeEach(() => {
    printed = "";
    const note = (text: unknown): boolean => {
      printed += String(text);
      return true;
    };
    vi.spyOn(process.stdout, "write").mockImplementation(note);
    vi.spyOn(process.stderr, "write").mockImplementation(note);
  });
  afterEach(() => vi.restoreAllMocks());

  it("are a hundred thousand orders and at least a hundred requests a second when nothing is said", () => {
    expect(readOptions([])).toMatchObject({
      orders: 100_000,
      rate: expect.toSatisfy((rate: number) => rate >= 100),
      stack: "staging",
      engine: "offline",
      strategy: "blue-green",
      from: "3.2.0",
      to: "4.0.0",
      resume: false,
    });
  });

  it("are a small shop with --quick, whose size may still be set", () => {
    expect(readOptions(["--quick"])).toMatchObject({ orders: 5_000 });
    expect(readOptions(["--quick", "--orders", "70", "--rate", "9"])).toMatchObject({ orders: 70, rate: 9 });
  });

  it("name the folder to import from its root, whatever folder a later --resume is typed in", () => {
    const options = readOptions(["--import", "exports"]);
    expect(options).toMatchObject({ import: expect.stringMatching(/^\/.*\/exports$/) });
  });

  it("are explained with --help, which is no failure", () => {
    expect(readOptions(["--help"])).toBe(0);
    for (const name of ["--orders", "--rate", "--fault", "--import", "--resume", "--keep", "--json"])
      expect(printed).toContain(name);
  });

  it("says all that is wrong with values at once", () => {
    expect(readOptions(["--orders", "ten", "--rate", "0", "--fault", "gremlins"])).toBe(2);
    for (const wrong of ["'ten' is invalid", "'0' is invalid", "'gremlins' is invalid"])
      expect(printed).toContain(wrong);
  });

  it.each([
    [["--orders", "0"], "whole number from 1"],
    [["--orders", "many"], "whole number from 1"],
    [["--rate", "5001"], "to 5000"],
    [["--fault", "gremlins"], "migrate-crash"],
    [["--engine", "terraform"], "offline"],
    [["--orders", "5", "--import", "exports"], "cannot be used with"],
    [["--resume", "--fresh"], "cannot be used with"],
    [["--speed", "9"], "unknown option"],
    [["now"], "too many arguments"],
  ])("are refused as wrong usage with the way out: %j", (args, reason) => {
    expect(readOptions(args)).toBe(2);
    expect(printed).toContain(reason);
    expect(printed).toContain("npm start -- --help");
  });
});
