import { z } from "zod";
import {
  bytes,
  DURATION_PATTERN,
  type Duration,
  isDuration,
  isSize,
  SIZE_PATTERN,
  type Size,
  seconds,
} from "../units";

/** The kinds of values parameters are made of. A bound belongs to the field, so that schema, page and refusal agree. */

export const text = (description: string) =>
  z.string().trim().min(1, "must not be empty").meta({ description });

export const flag = (description: string) => z.boolean().meta({ description });

export const whole = (minimum: number, maximum: number, description: string) =>
  z
    .int(`must be a whole number from ${minimum} to ${maximum}`)
    .min(minimum, `must be at least ${minimum}`)
    .max(maximum, `must be at most ${maximum}`)
    .meta({ description });

export const amount = (minimum: number, maximum: number, description: string) =>
  z
    .number(`must be a number from ${minimum} to ${maximum}`)
    .min(minimum, `must be at least ${minimum}`)
    .max(maximum, `must be at most ${maximum}`)
    .meta({ description });

/** A duration with its unit: ms, s, m, h or d. */
export const duration = (minimum: Duration, maximum: Duration, description: string) =>
  z
    .custom<Duration>()
    .superRefine((value, context) => {
      const message = !isDuration(value)
        ? "must be a whole number with a unit: ms, s, m, h or d, such as 30m"
        : seconds(value) < seconds(minimum)
          ? `must be at least ${minimum}`
          : seconds(value) > seconds(maximum)
            ? `must be at most ${maximum}`
            : undefined;
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .meta({ description, type: "string", pattern: DURATION_PATTERN, "x-range": `${minimum} to ${maximum}` });

/** A size with its unit: KiB, MiB, GiB or TiB. */
export const size = (minimum: Size, maximum: Size, description: string) =>
  z
    .custom<Size>()
    .superRefine((value, context) => {
      const message = !isSize(value)
        ? "must be a whole number with a unit: KiB, MiB, GiB or TiB, such as 20GiB"
        : bytes(value) < bytes(minimum)
          ? `must be at least ${minimum}`
          : bytes(value) > bytes(maximum)
            ? `must be at most ${maximum}`
            : undefined;
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .meta({ description, type: "string", pattern: SIZE_PATTERN, "x-range": `${minimum} to ${maximum}` });

export const matching = (pattern: RegExp, rule: string, description: string) =>
  z.string(rule).regex(pattern, rule).meta({ description });

export const version = (description: string) =>
  matching(/^\d+\.\d+\.\d+$/, "must be MAJOR.MINOR.PATCH such as 4.0.0", description);

export const url = (description: string) =>
  matching(/^https?:\/\/[^\s/]+(\/[^\s]*)?$/, "must be an http or https address", description);

export const host = (description: string) =>
  matching(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    "must be a host name such as shop.example.com",
    description,
  );

export const arn = (service: string, description: string) =>
  matching(
    new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(\\d{12})?:.+$`),
    `must be an ARN of ${service}, such as arn:aws:${service}:eu-central-1:111122223333:…`,
    description,
  );

export const identifier = (prefix: string, description: string) =>
  matching(
    new RegExp(`^${prefix}-[0-9a-f]{8,17}$`),
    `must be an identifier such as ${prefix}-0a1b2c3d4e5f60718`,
    description,
  );

export const region = (description: string) =>
  matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be an AWS Region such as eu-central-1", description);

export const cidr = (description: string) =>
  matching(
    /^\d{1,3}(\.\d{1,3}){3}\/([0-9]|[12]\d|3[0-2])$/,
    "must be a block such as 10.0.0.0/16",
    description,
  );

export const email = (description: string) => z.email("must be an e-mail address").meta({ description });

export const timeZone = (description: string) =>
  z
    .string()
    .refine((value) => {
      try {
        new Intl.DateTimeFormat("en", { timeZone: value });
        return true;
      } catch {
        return false;
      }
    }, "must be a time zone such as Europe/Berlin")
    .meta({ description });

/** `HH:MM`, 24 hours. */
export const clock = (description: string) =>
  matching(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 22:00", description);

export const schedule = (description: string) =>
  matching(/^(\S+\s+){4}\S+$/, "must be five cron fields such as 0 6 * * 1", description);
