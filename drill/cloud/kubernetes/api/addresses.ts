import type { Service } from "./types/network";
import { ipv4 } from "./values/addresses";

/** Gives Services their cluster addresses (10.0.0.0/24) and node ports (30000–32767), as the API server does. */
export class ServiceAddresses {
  readonly #inUse: () => Iterable<Service>;

  constructor(inUse: () => Iterable<Service>) {
    this.#inUse = inUse;
  }

  allocate(service: Service): void {
    const { spec } = service;
    if (spec === undefined) return;
    if (spec.type === "ExternalName") {
      delete spec.clusterIP;
      delete spec.clusterIPs;
      return;
    }
    spec.ipFamilies ??= ["IPv4"];
    spec.ipFamilyPolicy ??= "SingleStack";
    // Addresses without the first one alone are for validation to refuse.
    if (spec.clusterIPs !== undefined && spec.clusterIP === undefined) return;
    spec.clusterIP ??= this.#freeAddress();
    spec.clusterIPs ??= [spec.clusterIP];
    const own = (spec.ports ?? []).flatMap(({ nodePort }) => nodePort ?? []);
    const taken = new Set([...own, spec.healthCheckNodePort ?? 0]);
    if (
      spec.type === "NodePort" ||
      (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false)
    ) {
      for (const port of spec.ports ?? []) port.nodePort ??= this.#freeNodePort(taken);
    }
    if (spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local")
      spec.healthCheckNodePort ??= this.#freeNodePort(taken);
  }

  /** An update that names no address keeps the one that is there. */
  keep(next: Service, live: Service): void {
    if (next.spec === undefined) return;
    const wasExternal = live.spec.type === "ExternalName";
    if (next.spec.type !== "ExternalName" && !wasExternal) {
      const given = next.spec.clusterIP;
      if (given === undefined || given === "") {
        if (live.spec.clusterIP !== undefined) next.spec.clusterIP = live.spec.clusterIP;
        if (live.spec.clusterIPs !== undefined) next.spec.clusterIPs = live.spec.clusterIPs;
      } else if (next.spec.clusterIPs?.[0] !== given) next.spec.clusterIPs = [given];
      if (next.spec.type === live.spec.type && live.spec.healthCheckNodePort !== undefined)
        next.spec.healthCheckNodePort ??= live.spec.healthCheckNodePort;
      if (next.spec.ipFamilies === undefined && live.spec.ipFamilies !== undefined)
        next.spec.ipFamilies = live.spec.ipFamilies;
      if (next.spec.ipFamilyPolicy === undefined && live.spec.ipFamilyPolicy !== undefined)
        next.spec.ipFamilyPolicy = live.spec.ipFamilyPolicy;
      for (const port of next.spec.ports ?? []) {
        const old = live.spec.ports?.find(
          (each) => each.port === port.port && each.protocol === port.protocol,
        );
        if (port.nodePort === undefined && old?.nodePort !== undefined && next.spec.type !== "ClusterIP")
          port.nodePort = old.nodePort;
      }
    }
    this.allocate(next);
    const watched = next.spec.type === "LoadBalancer" && next.spec.externalTrafficPolicy === "Local";
    if (!watched && live.spec.healthCheckNodePort === next.spec.healthCheckNodePort)
      delete next.spec.healthCheckNodePort;
    if (next.spec.type === "ClusterIP") for (const port of next.spec.ports ?? []) delete port.nodePort;
  }

  #freeAddress(): string {
    const used = new Set([...this.#inUse()].map(({ spec }) => spec.clusterIP));
    for (let last = 2; last < 255; last++) {
      const address = `10.0.0.${last}`;
      if (!used.has(address)) return address;
    }
    // The range of a stand-in may not be what stops a program: go on beyond it.
    for (let next = ipv4("10.0.1.0") ?? 0; ; next++) {
      const address = [24, 16, 8, 0].map((shift) => (next >>> shift) & 255).join(".");
      if (!used.has(address)) return address;
    }
  }

  #freeNodePort(taken: Set<number>): number {
    for (const { spec } of this.#inUse())
      for (const { nodePort } of spec.ports ?? []) if (nodePort !== undefined) taken.add(nodePort);
    let port = 30_000;
    while (taken.has(port)) port += 1;
    taken.add(port);
    return port;
  }
}
