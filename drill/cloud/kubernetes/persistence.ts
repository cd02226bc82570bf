import type { Persistence as CloudPersistence } from "../ports";
import type { Persistence } from "./api/store";

/** Objects as documents of the cloud's store. What a Secret holds is encrypted. */
export function persistObjects(cloud: CloudPersistence): Persistence {
  const objects = cloud.collection<{ readonly object: string }>("objects");
  const isSecret = (key: string): boolean => key.startsWith("core/secrets/");
  return {
    *load() {
      for (const [key, { object }] of objects.entries())
        yield [key, isSecret(key) ? cloud.open(object) : object];
    },
    save: (key, value) => objects.set(key, { object: isSecret(key) ? cloud.seal(value) : value }),
    remove: (key) => objects.delete(key),
  };
}
