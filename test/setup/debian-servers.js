// Newer Redis and Valkey servers than the system has, fetched without installing anything: Debian's packages, by an apt with a root
// of its own, unpacked into a folder. Plain JavaScript, so that it runs without a build step; types: debian-servers.d.ts.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const RELEASE = "trixie";
const MIRROR = "http://deb.debian.org/debian";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** The `check-rdb` tool is the server's own program, which looks at the name it was started by. */
const PROGRAMS = [
  { name: "redis-server", package: "redis-tools", program: "usr/bin/redis-check-rdb" },
  { name: "valkey-server", package: "valkey-tools", program: "usr/bin/valkey-check-rdb" },
];

/** Returns the paths of a Redis 8 and a Valkey 8.1 server, fetched into `folder` unless they are there already. */
export function debianServers(folder) {
  const to = resolve(folder, RELEASE);
  if (!existsSync(to)) fetchInto(to);
  return PROGRAMS.map(({ name }) => join(to, name));
}

function fetchInto(to) {
  const partial = `${to}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  for (const deb of download(join(partial, "apt"))) run("dpkg-deb", ["-x", deb, join(partial, "root")]);
  rmSync(join(partial, "apt"), { recursive: true });
  for (const program of PROGRAMS) writeStarter(partial, to, program);
  renameSync(partial, to);
}

/** The packages and everything they need: with an empty package list, apt takes nothing on this machine for given. */
function download(root) {
  const [lists, state, cache] = ["lists", "state", "cache"].map((name) => join(root, name));
  mkdirSync(join(lists, "partial"), { recursive: true });
  mkdirSync(join(cache, "archives", "partial"), { recursive: true });
  mkdirSync(state, { recursive: true });
  writeFileSync(join(root, "status"), "");
  writeFileSync(join(root, "sources.list"), `deb [signed-by=${KEYRING}] ${MIRROR} ${RELEASE} main\n`);
  const settings = {
    "Dir::State": state,
    "Dir::State::lists": lists,
    "Dir::State::status": join(root, "status"),
    "Dir::Cache": cache,
    "Dir::Etc::sourcelist": join(root, "sources.list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::Etc::preferencesparts": "-",
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "root",
  };
  const options = ["-q", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
  run("apt-get", [...options, "update"]);
  run("apt-get", [...options, "install", "-y", "--download-only", ...PROGRAMS.map((each) => each.package)]);
  const archives = join(cache, "archives");
  return readdirSync(archives).flatMap((name) => (name.endsWith(".deb") ? [join(archives, name)] : []));
}

/** A shell script that starts the program under the server's name, with the C library that came with it. */
function writeStarter(partial, to, { name, program }) {
  const library = readdirSync(join(partial, "root/usr/lib")).find((each) => each.endsWith("-linux-gnu"));
  const loader = readdirSync(join(partial, "root/usr/lib", library)).find((each) => /^ld-linux.*\.so/.test(each));
  const libraries = join(to, "root/usr/lib", library);
  const file = join(partial, name);
  writeFileSync(
    file,
    `#!/bin/sh\nexec "${libraries}/${loader}" --library-path "${libraries}" --argv0 ${name} "${to}/root/${program}" "$@"\n`,
  );
  chmodSync(file, 0o755);
}

function run(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
  });
  if (error !== undefined || status !== 0) {
    const said = error?.message ?? `${stdout}${stderr}`.trim();
    throw new Error(`newer servers come from Debian's packages, but "${program}" failed: ${said}`);
  }
}
