import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "../persistence/atomic-file";

/** The certificate authority of one drill cloud, and a certificate of it for the loopback address. */
export interface Authority {
  /** File with the authority's certificate, for NODE_EXTRA_CA_CERTS and `sslrootcert`. */
  readonly file: string;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

const YEARS = 5;

/** Made at first use, kept in the folder. Names: localhost, 127.0.0.1. */
export async function openAuthority(directory: string): Promise<Authority> {
  const files = {
    authority: path.join(directory, "authority.pem"),
    certificate: path.join(directory, "server.pem"),
    key: path.join(directory, "server.key"),
  };
  // The key is written last: when it is there, all is.
  if (!existsSync(files.key)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Needed once in the life of a folder, and slow to load.
    const { generate } = await import("selfsigned");
    const end = new Date(Date.now() + YEARS * 365 * 86_400_000);
    const root = await generate([{ name: "commonName", value: "Drill cloud authority" }], {
      keyType: "ec",
      algorithm: "sha256",
      notAfterDate: end,
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    const server = await generate([{ name: "commonName", value: "localhost" }], {
      keyType: "ec",
      algorithm: "sha256",
      notAfterDate: end,
      ca: { key: root.private, cert: root.cert },
      extensions: [
        { name: "basicConstraints", cA: false, critical: true },
        { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
        { name: "extKeyUsage", serverAuth: true },
        {
          name: "subjectAltName",
          altNames: [
            { type: 2, value: "localhost" },
            { type: 7, ip: "127.0.0.1" },
          ],
        },
      ],
    });
    // The authority's own key is thrown away: nothing more shall be signed with it.
    writeAtomically(files.authority, root.cert);
    writeAtomically(files.certificate, server.cert);
    writeAtomically(files.key, server.private);
  }
  return {
    file: files.authority,
    certificate: readFileSync(files.certificate, "utf8"),
    key: readFileSync(files.key, "utf8"),
  };
}
