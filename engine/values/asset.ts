import { createHash, type Hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ARCHIVE, ASSET, isObject, type Marked, mapProperties, type PropertyMap, signatureOf } from "./value";

/** Files that are archives already: their bytes are the content. */
const PACKED = /\.(tar|tgz|tar\.gz|zip|jar)$/;
const BLOCK = 512;

/**
 * Gives every asset and archive that has none the hash of its content, SHA-256 in hexadecimal, so that a file that
 * changed shows as a change. Relative paths start at `directory`. What lies behind a URI is not fetched.
 * @throws Error naming the file that cannot be read
 */
export function withHashes(properties: PropertyMap, directory: string): PropertyMap {
  return mapProperties(properties, (value, signature) => {
    if (signature !== ASSET && signature !== ARCHIVE) return value;
    const marked = value as Marked;
    if (typeof marked.hash === "string" && marked.hash !== "") return value;
    const hash = createHash("sha256");
    const known =
      signature === ASSET ? addAsset(hash, marked, directory) : addArchive(hash, marked, directory);
    return known ? { ...marked, hash: hash.digest("hex") } : value;
  });
}

function addAsset(hash: Hash, asset: Marked, directory: string): boolean {
  const bytes = contentOf(asset, directory);
  if (bytes) hash.update(bytes);
  return bytes !== undefined;
}

function contentOf(asset: Marked, directory: string): Buffer | undefined {
  if (typeof asset.path === "string" && asset.path !== "") return read(asset.path, directory);
  if (typeof asset.text === "string") return Buffer.from(asset.text);
  return undefined;
}

function read(path: string, directory: string): Buffer {
  try {
    return readFileSync(resolve(directory, path));
  } catch (error) {
    throw new Error(`failed to open asset file '${path}': ${(error as Error).message}`);
  }
}

/** An archive that is not packed yet counts as the tar file of its entries, in the order of their names. */
function addArchive(hash: Hash, archive: Marked, directory: string): boolean {
  if (typeof archive.path === "string" && archive.path !== "") {
    const path = resolve(directory, archive.path);
    if (!existsSync(path))
      throw new Error(`couldn't read archive path '${archive.path}': no such file or directory`);
    if (!statSync(path).isDirectory()) {
      if (!PACKED.test(path))
        throw new Error(`'${archive.path}' is neither a recognized archive type nor a directory`);
      hash.update(readFileSync(path));
      return true;
    }
  }
  const entries = entriesOf(archive, directory);
  if (!entries) return false;
  for (const name of [...entries.keys()].sort()) addToTar(hash, name, entries.get(name) as Buffer);
  hash.update(Buffer.alloc(2 * BLOCK));
  return true;
}

/** Content by name inside the archive; undefined when some of it lies behind a URI. */
function entriesOf(archive: Marked, directory: string): Map<string, Buffer> | undefined {
  const entries = new Map<string, Buffer>();
  if (typeof archive.path === "string" && archive.path !== "") {
    const root = resolve(directory, archive.path);
    for (const name of filesBelow(root)) entries.set(name, readFileSync(join(root, name)));
    return entries;
  }
  if (!isObject(archive.assets)) return undefined;
  for (const [name, part] of Object.entries(archive.assets)) {
    const signature = signatureOf(part);
    if (signature === ASSET) {
      const bytes = contentOf(part as Marked, directory);
      if (!bytes) return undefined;
      entries.set(name, bytes);
    } else if (signature === ARCHIVE) {
      const inner = entriesOf(part as Marked, directory);
      if (!inner) return undefined;
      for (const [below, bytes] of inner) entries.set(`${name}/${below}`, bytes);
    }
  }
  return entries;
}

function filesBelow(folder: string, prefix = ""): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) return filesBelow(join(folder, entry.name), `${name}/`);
    return statSync(join(folder, entry.name)).isFile() ? [name] : [];
  });
}

/** A USTAR header with mode 0600 and nothing else, then the content, filled up to whole blocks. */
function addToTar(hash: Hash, name: string, content: Buffer): void {
  const header = Buffer.alloc(BLOCK);
  const bytes = Buffer.from(name);
  // A name that is too long for its field is cut at a slash: the front goes into the prefix.
  const cut = bytes.length <= 100 ? -1 : name.indexOf("/", name.length - 101);
  header.write(name.slice(cut + 1), 0, 100);
  const octal = (value: number, at: number, size: number): void => {
    header.write(value.toString(8).padStart(size - 1, "0"), at, size - 1, "latin1");
  };
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  header.write("        ", 148, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\u000000", 257, "latin1");
  octal(0, 329, 8);
  octal(0, 337, 8);
  if (cut > 0) header.write(name.slice(0, cut), 345, 155);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148, "latin1");
  hash.update(header).update(content);
  const rest = content.length % BLOCK;
  if (rest > 0) hash.update(Buffer.alloc(BLOCK - rest));
}
