// A program of others beside the server: started in the foreground with a folder of its own, ended by its process id.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { until } from "./server.mjs";

export class Program {
  /** `answers` tells whether it is up; the program writes its errors to `error.log` in `folder`, which goes when it stops. */
  static async start(command, args, { folder, answers }) {
    const program = new Program();
    program.folder = folder;
    program.child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [program.child.stdout, program.child.stderr]) stream.on("data", (part) => (said += part));
    program.ended = new Promise((done) => {
      program.child.once("exit", (code, signal) => done((program.gone = signal ?? code)));
      program.child.once("error", (error) => done((program.gone = error.message)));
    });
    try {
      await until(`${command} to answer`, async () => {
        if (program.gone !== undefined) throw new Error(`${command} ended (${program.gone}): ${said}\n${program.log()}`);
        return answers();
      });
    } catch (error) {
      await program.stop();
      throw error;
    }
    return program;
  }

  /** The newest lines of its error log. */
  log() {
    const file = join(this.folder, "error.log");
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(-12).join("\n") : "";
  }

  async stop() {
    if (this.gone === undefined) this.child.kill("SIGTERM");
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
