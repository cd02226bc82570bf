import type { ApiError } from "../api/status";
import type { Fields, KubernetesObject } from "../api/types/meta";
import { definitionOf } from "./sample-definition";
import type { Seen, World } from "./world";

const REFERENCE = {
  apiVersion: "shop.example.com/v1",
  kind: "UpgradeWindow",
  namespace: "orders",
  name: "sunday",
};

/** A definition comes, serves objects, and goes with them. */
export function definitionDeletion(world: World, objects: readonly unknown[]): readonly (() => Seen)[] {
  const object = objects[1] as KubernetesObject;
  const window = (fields: (live: Fields) => Fields): Seen => ({
    UpgradeWindow: fields(world.server.get(REFERENCE) as unknown as Fields),
  });
  const short = (live: Fields): Fields => ({
    generation: (live.metadata as Fields).generation,
    minutes: (live.spec as Fields).minutes,
    status: live.status ?? null,
  });
  const change = { spec: { minutes: 10 }, status: { phase: "Open" } };
  return [
    () => {
      world.create(definitionOf());
      world.settle();
      const { conditions, acceptedNames, storedVersions } = (
        world.find(
          "CustomResourceDefinition",
          "upgradewindows.shop.example.com",
          "apiextensions.k8s.io/v1",
        ) as unknown as { status: Fields }
      ).status;
      const shown = (conditions as Fields[]).map(({ type, status, reason }) => ({ type, status, reason }));
      return { conditions: shown, acceptedNames, storedVersions };
    },
    () => {
      world.create(object);
      return window((live) => ({
        generation: (live.metadata as Fields).generation,
        spec: live.spec,
        status: live.status ?? null,
      }));
    },
    () => {
      world.server.patch(REFERENCE, change);
      return window(short);
    },
    () => {
      world.server.patch(REFERENCE, { spec: { minutes: 20 }, status: { phase: "Open" } }, {}, "status");
      return window(short);
    },
    () => {
      world.server.delete({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        name: "upgradewindows.shop.example.com",
      });
      world.settle();
      try {
        return window(short);
      } catch (problem) {
        return { UpgradeWindow: { code: (problem as ApiError).code } };
      }
    },
  ];
}
