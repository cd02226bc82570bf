import type { Naming } from "../kind";
import type { Rule } from "../validation/rules";
import { matches, oneOf, range } from "../validation/rules";

/** A name that AWS generates from the program's when none is given. */
export const name = (maximum: number, prefixProperty: string | undefined = "namePrefix"): Naming => ({
  property: "name",
  maximum,
  ...(prefixProperty === undefined ? {} : { prefixProperty }),
});

export const days = range(1, 36_500);
export const onOff = oneOf("ENABLED", "DISABLED");
export const cron: Rule = matches(/^(cron\(.+\)|rate\(\d+ \w+\))$/, "cron(…) or rate(…)");
export const number = (minimum: number, maximum: number): Rule => range(minimum, maximum);

/** Retention periods that CloudWatch Logs knows. */
export const logRetention = oneOf(
  0,
  1,
  3,
  5,
  7,
  14,
  30,
  60,
  90,
  120,
  150,
  180,
  365,
  400,
  545,
  731,
  1096,
  1827,
  2192,
  2557,
  2922,
  3288,
  3653,
);
