import { describe } from "vitest";
import type { Fields } from "../../../../../drill/cloud/kubernetes/api/types/meta";
import { containing, deployment, judge, pod } from "../support/refusals";

const volumes = (...list: Fields[]) => pod({ volumes: list });
const mounted = (volume: Fields, mount: Fields = {}) =>
  containing(
    { volumeMounts: [{ name: "v", mountPath: "/v", ...mount }] },
    { volumes: [{ name: "v", ...volume }] },
  );
const APP = "spec.containers[0]";

describe("volumes", () => {
  judge([
    [
      "what is wrong cannot be mounted",
      mounted({ secret: {} }),
      "spec.volumes[0].secret.secretName Required",
      `${APP}.volumeMounts[0].name NotFound`,
    ],
    [
      "two volumes of one name",
      volumes({ name: "v", emptyDir: {} }, { name: "v", emptyDir: {} }),
      "spec.volumes[1].name Duplicate",
    ],
    [
      "a folder and a secret in one",
      volumes({ name: "v", secret: { secretName: "s" }, emptyDir: {} }),
      "spec.volumes[0].secret Forbidden",
    ],
    [
      "a secret and the pod's own data in one",
      volumes({ name: "v", downwardAPI: { items: [] }, secret: { secretName: "s" } }),
      "spec.volumes[0].downwarAPI Forbidden",
    ],
    [
      "a share of files without a path",
      volumes({ name: "v", nfs: { server: "files" } }),
      "spec.volumes[0].nfs.path Invalid",
      "spec.volumes[0].nfs.path Required",
    ],
    [
      "a token without a path",
      pod({
        serviceAccountName: "a",
        volumes: [{ name: "v", projected: { sources: [{ serviceAccountToken: {} }] } }],
      }),
      "spec.volumes[0].projected.path Required",
    ],
    [
      "a token of a pod without an account",
      volumes({ name: "v", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }),
      "spec.volumes[0].projected.sources[0].serviceAccountToken Forbidden",
    ],
    [
      "a token of a template without an account",
      deployment(
        {},
        { volumes: [{ name: "v", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }] },
      ),
    ],
    [
      "two kinds in one source",
      volumes({ name: "v", projected: { sources: [{ secret: { name: "s" }, configMap: { name: "c" } }] } }),
      "spec.volumes[0].projected.sources[0] Forbidden",
    ],
    [
      "one file from two sources",
      volumes({
        name: "v",
        projected: {
          sources: [
            { secret: { name: "s", items: [{ key: "k", path: "p" }] } },
            { configMap: { name: "c", items: [{ key: "k", path: "p" }] } },
          ],
        },
      }),
      "spec.volumes[0].projected Invalid",
    ],
    [
      "a path of the node that leads up",
      volumes({ name: "v", hostPath: { path: "/var/../etc" } }),
      "spec.volumes[0].hostPath.path Invalid",
    ],
    [
      "a driver in upper case and underscores",
      volumes({ name: "v", csi: { driver: "A_b" } }),
      "spec.volumes[0].csi.driver Invalid",
    ],
    [
      "an image to mount without a name",
      volumes({ name: "v", image: {} }),
      "spec.volumes[0].image.reference Required",
    ],
    [
      "a claim for the pod with a name",
      volumes({
        name: "v",
        ephemeral: {
          volumeClaimTemplate: {
            metadata: { name: "x" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
          },
        },
      }),
      "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name Forbidden",
    ],
    [
      "a folder of an absolute part",
      mounted({ emptyDir: {} }, { subPath: "/x" }),
      `${APP}.volumeMounts.subPath Invalid`,
    ],
    [
      "a mount that spreads without rights",
      mounted({ emptyDir: {} }, { mountPropagation: "Bidirectional" }),
      `${APP}.volumeMounts.mountPropagation Forbidden`,
    ],
    [
      "a mount without a name",
      mounted({ emptyDir: {} }, { name: "" }),
      `${APP}.volumeMounts[0].name NotFound`,
      `${APP}.volumeMounts[0].name Required`,
    ],
  ]);
});
