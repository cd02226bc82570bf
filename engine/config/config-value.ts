/** A configuration value as it is written: a scalar, `{secure: …}`, or an object with such parts inside. */
export type ConfigValue = null | boolean | number | string | ConfigValue[] | { [key: string]: ConfigValue };
