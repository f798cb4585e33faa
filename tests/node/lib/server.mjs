// A server of the product under test: started with a folder of its own on a free port, ended by process id.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const BIN = process.env.TIDEGATE_BIN ?? "tidegate";
export const PASSWORD = "correct horse battery staple";

/** The one place that knows how the program is started and where its data lies. */
const startArguments = (port, data) => ["dev", "--listen", `127.0.0.1:${port}`, "--data", data];

export async function freePort() {
  const probe = createServer();
  await new Promise((done, failed) => probe.once("error", failed).listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

export const temporary = (name) => mkdtempSync(join(tmpdir(), `tidegate-${name}-`));

/** Asks again until `look` gives something; the interval paces the asking, the outcome depends on the condition alone. */
export async function until(what, look, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((next) => setTimeout(next, 25));
  }
}

export class Server {
  constructor(port, { data, env = {} } = {}) {
    this.port = port;
    this.data = data ?? temporary("data");
    this.env = { ...process.env, ...env };
    this.base = `http://localhost:${port}`;
    this.issuer = `${this.base}/t/demo`;
    this.log = join(this.data, "server.log");
  }

  static async start(options) {
    const server = new Server(await freePort(), options);
    try {
      await server.start();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  async start() {
    const out = openSync(this.log, "a");
    const child = spawn(BIN, startArguments(this.port, this.data), { env: this.env, stdio: ["ignore", out, out] });
    closeSync(out);
    this.child = child;
    this.ended = new Promise((done) => {
      child.once("exit", (code, signal) => {
        child.gone = signal ?? code ?? 0;
        done();
      });
      child.once("error", (error) => {
        child.gone = error.message;
        done();
      });
    });
    await until("the server to answer", async () => {
      if (child.gone !== undefined) throw new Error(`the server ended (${child.gone}):\n${this.tail()}`);
      return fetch(`${this.issuer}/.well-known/openid-configuration`).then((answer) => answer.ok, () => false);
    });
  }

  tail() {
    return readFileSync(this.log, "utf8").split("\n").slice(-30).join("\n");
  }

  /** Ends it as a machine that loses power would. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    if (this.child && this.child.gone === undefined) {
      this.child.kill("SIGTERM");
      const late = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
      await this.ended;
      clearTimeout(late);
    }
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Runs a command of the program on this server's data and gives what it printed as JSON. */
  async command(...args) {
    return this.commandWith("", ...args);
  }

  /** The same with something on its standard input. */
  async commandWith(input, ...args) {
    // `--data` names the database in the folder; on another database only the key is there.
    const elsewhere = "TIDEGATE__DATABASE__URL" in this.env;
    const all = [...args, "--json", ...(elsewhere ? [] : ["--data", this.data])];
    const env = elsewhere ? { ...this.env, TIDEGATE__SECRETS__KEK_FILE: join(this.data, "kek") } : this.env;
    const printed = await new Promise((done, failed) => {
      const child = execFile(BIN, all, { env }, (error, out, err) =>
        error ? failed(new Error(`${all.join(" ")}: ${error.message}\n${err}`)) : done(out),
      );
      child.stdin.on("error", () => {}).end(input);
    });
    return JSON.parse(printed);
  }

  async mails(to) {
    const mails = await (await fetch(`${this.base}/dev/mail.json`)).json();
    return to ? mails.filter((mail) => mail.to === to) : mails;
  }

  /** The newest code that was mailed to somebody after `seen` codes. */
  async mailCode(to, seen = 0) {
    const coded = async () => (await this.mails(to)).filter((mail) => mail.code);
    return until(`a mail code for ${to}`, async () => {
      const mails = await coded();
      return mails.length > seen && mails[0].code;
    });
  }

  async mailCodes(to) {
    return (await this.mails(to)).filter((mail) => mail.code).length;
  }

  /** The current TOTP code that the development page shows for somebody. */
  async totp(email) {
    const html = await (await fetch(`${this.base}/dev`)).text();
    const card = html.split('<li class="card">').find((part) => part.includes(`<h3>${email}</h3>`));
    return /class="big">(\d{6})</.exec(card)[1];
  }
}
