import type { ServiceResolver } from "./ports";

export interface Places {
  /** Real port of each container port. */
  readonly ports: ReadonlyMap<number, number>;
  /** Local folder or file of each mount path. */
  readonly mounts: ReadonlyMap<string, string>;
  /** Local folder of each folder that holds mount paths, such as `/etc/releases` above `/etc/releases/4.0.0`. */
  readonly above: ReadonlyMap<string, string>;
  readonly services: ServiceResolver;
}

const NAME = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
const SERVICE = new RegExp(
  `(?<![-.\\w])(${NAME})\\.(${NAME})\\.svc(?:\\.cluster\\.local)?(?![-.\\w])(?::(\\d+))?`,
  "g",
);

/** What differs between a cluster and this machine, put right in one value of a variable or argument. */
export function localise(value: string, places: Places): string {
  for (const [path, folder] of places.mounts) {
    if (value === path || value.startsWith(`${path}/`)) return folder + value.slice(path.length);
  }
  const above = places.above.get(value.replace(/\/$/, ""));
  if (above !== undefined) return above;
  return value.replace(
    SERVICE,
    (_all, service: string, namespace: string, port: string | undefined, at: number) => {
      const implied = value.slice(0, at).endsWith("https://") ? 443 : 80;
      return places.services.addressOf(namespace, service, port === undefined ? implied : Number(port));
    },
  );
}

/** The same for all variables; one whose value is a port of the container becomes the port to listen on. */
export function localiseAll(
  variables: Readonly<Record<string, string>>,
  places: Places,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const port = /^\d+$/.test(value) ? places.ports.get(Number(value)) : undefined;
      return [name, port === undefined ? localise(value, places) : String(port)];
    }),
  );
}
