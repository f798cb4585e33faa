// Runs every test file, one after another (they share two cores), and ends with one line "N passed, N failed".

import { spec } from "node:test/reporters";
import { run } from "node:test";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(here)
  .filter((name) => name.endsWith(".test.mjs") && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .map((name) => join(here, name));

let passed = 0;
let failed = 0;
const counts = (event) => event.details?.type !== "suite" && !event.skip && !event.todo;
const stream = run({ files, concurrency: 1 });
stream.on("test:pass", (event) => {
  if (counts(event)) passed += 1;
});
stream.on("test:fail", (event) => {
  if (counts(event)) failed += 1;
});
for await (const text of stream.compose(spec)) process.stdout.write(text);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
