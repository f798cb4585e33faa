// A private PostgreSQL on a free port. It refuses to run as root: then it runs as the user that its package made.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort, temporary, until } from "./server.mjs";

const ROOT = "/usr/lib/postgresql";

export async function startPostgres() {
  const version = readdirSync(ROOT).sort((a, b) => Number(b) - Number(a))[0];
  const bin = join(ROOT, version, "bin");
  const folder = temporary("postgres");
  const who = process.getuid() === 0 ? owner() : {};
  chmodSync(folder, 0o711);
  const home = join(folder, "pg");
  mkdirSync(home, { mode: 0o700 });
  if (who.uid !== undefined) chownSync(home, who.uid, who.gid);
  const data = join(home, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-A", "trust", "-U", "postgres", "--no-sync"], { ...who, cwd: "/", stdio: "pipe" });
  const port = await freePort();
  const log = join(folder, "log");
  const out = openSync(log, "a");
  const settings = ["-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB"];
  const child = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), "-k", home, ...settings], { ...who, cwd: "/", stdio: ["ignore", out, out] });
  closeSync(out);
  const ended = new Promise((done) => child.once("exit", done));
  let gone = false;
  ended.then(() => (gone = true));
  await until("PostgreSQL to answer", () => {
    if (gone) throw new Error(`PostgreSQL ended: ${readFileSync(log, "utf8")}`);
    try {
      execFileSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      // SIGINT: end at once, but in order.
      if (!gone) child.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function owner() {
  const id = (flag) => Number(execFileSync("id", [flag, "postgres"]).toString());
  return { uid: id("-u"), gid: id("-g") };
}
