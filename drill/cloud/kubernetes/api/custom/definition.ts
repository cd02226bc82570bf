import type { KubernetesObject } from "../types/meta";
import type { StructuralSchema } from "./structural-schema";

export interface DefinitionVersion {
  name: string;
  served: boolean;
  storage: boolean;
  schema?: { openAPIV3Schema?: StructuralSchema };
  subresources?: { status?: object; scale?: { specReplicasPath?: string; statusReplicasPath?: string } };
  additionalPrinterColumns?: { name?: string; type?: string; format?: string; jsonPath?: string }[];
  deprecated?: boolean;
  deprecationWarning?: string;
}

export interface Definition extends KubernetesObject {
  spec: {
    group: string;
    scope: string;
    names: {
      plural: string;
      kind: string;
      singular?: string;
      listKind?: string;
      shortNames?: string[];
      categories?: string[];
    };
    conversion?: { strategy?: string };
    versions: DefinitionVersion[];
  };
}
