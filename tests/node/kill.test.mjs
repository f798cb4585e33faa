// The server is killed at random instants while refreshes and redemptions are under way. What it had answered still counts.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Server } from "./lib/server.mjs";
import { startPostgres } from "./lib/postgres.mjs";
import { Visitor } from "./lib/http.mjs";

const ROUNDS = process.env.SOAK === "1" ? 200 : 10;
const SEED = Number(process.env.SEED ?? 20260714);
const FAMILIES = 4;
const REDIRECT = "http://127.0.0.1:49152/callback";
const VERIFIER = randomBytes(32).toString("base64url");
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

/** A small seeded generator (mulberry32), so that a failing run can be repeated with SEED. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Gives the answer, or null when the connection broke: then nothing was acknowledged. */
async function token(server, params) {
  try {
    const answer = await fetch(`${server.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "demo-cli", ...params }),
    });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return null;
  }
}

const refresh = (server, value) => token(server, { grant_type: "refresh_token", refresh_token: value });
const redeem = (server, code) => token(server, { grant_type: "authorization_code", code, redirect_uri: REDIRECT, code_verifier: VERIFIER });

const authorize = (server, prompt) =>
  `${server.issuer}/authorize?${new URLSearchParams({
    client_id: "demo-cli",
    response_type: "code",
    redirect_uri: REDIRECT,
    scope: "openid offline_access",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    ...(prompt ? { prompt } : {}),
  })}`;

/** A code by the standing session, without asking the person: this is also the proof that the session is there. */
async function silentCode(server, visitor) {
  await visitor.go(authorize(server, "none"));
  const answer = new URL(visitor.left ?? visitor.url).searchParams;
  assert.ok(answer.get("code"), `no code: ${visitor.left ?? visitor.text}`);
  return answer.get("code");
}

/** Refreshes one family, two requests at a time, until the server is gone. Keeps every acknowledged token. */
async function rotate(server, family) {
  for (;;) {
    const newest = family.tokens.at(-1);
    const answers = await Promise.all([refresh(server, newest), refresh(server, newest)]);
    const given = answers.filter(Boolean);
    for (const answer of given) assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const successors = new Set(given.map((answer) => answer.body.refresh_token));
    assert.ok(successors.size <= 1, "two different successors of one token");
    if (given.length > 0) family.tokens.push([...successors][0]);
    if (given.length < answers.length) return;
  }
}

async function spend(server, codes, spent) {
  for (const code of codes) {
    const answer = await redeem(server, code);
    if (!answer) return spent.broken.push(code);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    spent.acknowledged.push({ code, refresh: answer.body.refresh_token });
  }
}

function refused(answer, what) {
  assert.equal(answer?.status, 400, `${what}: ${JSON.stringify(answer?.body)}`);
  assert.equal(answer.body.error, "invalid_grant", what);
}

function given(answer, what) {
  assert.equal(answer?.status, 200, `${what}: ${JSON.stringify(answer?.body)}`);
  return answer.body.refresh_token;
}

async function checkFamily(server, family) {
  const newest = family.tokens.at(-1);
  const successor = given(await refresh(server, newest), "the newest acknowledged token works");
  assert.ok(!family.tokens.includes(successor), "its successor is a new token");
  const repeats = await Promise.all([refresh(server, newest), refresh(server, newest)]);
  for (const repeat of repeats) assert.equal(given(repeat, "a repeat before use"), successor, "one successor, not two");
  const next = given(await refresh(server, successor), "the successor works");
  refused(await refresh(server, newest), "a replay after the successor's use");
  refused(await refresh(server, next), "the family after a replay");
}

/** The last but one: its successor's use may or may not have been under way, so it gets that very successor or ends the family. */
async function checkPredecessor(server, family) {
  if (family.tokens.length < 2) return checkFamily(server, family);
  const answer = await refresh(server, family.tokens.at(-2));
  if (answer?.status === 200) {
    assert.equal(answer.body.refresh_token, family.tokens.at(-1), "a predecessor's successor is the acknowledged one");
    return checkFamily(server, family);
  }
  refused(answer, "a predecessor whose successor was used");
  return refused(await refresh(server, family.tokens.at(-1)), "the family after a replay");
}

async function checkCodes(server, { acknowledged, broken }, unspent) {
  for (const { code, refresh: value } of acknowledged) {
    given(await refresh(server, value), "the token of an acknowledged redemption works");
    refused(await redeem(server, code), "a second redemption");
  }
  for (const code of broken) refused(await redeem(server, code), "a redemption that was under way");
  for (const code of unspent) refused(await redeem(server, code), "a code of before the restart");
}

async function round(server, visitor, random) {
  const codes = [];
  for (let n = 0; n < FAMILIES + 8; n += 1) codes.push(await silentCode(server, visitor));
  const families = [];
  for (const code of codes.splice(0, FAMILIES)) families.push({ tokens: [given(await redeem(server, code), "a code")] });
  // The sign-in that is open when the server ends is forgotten; the person begins anew.
  const open = await new Visitor(server.base).go(authorize(server));
  assert.ok(open.has("password"), open.text);
  const spent = { acknowledged: [], broken: [] };
  const work = Promise.all([...families.map((family) => rotate(server, family)), spend(server, codes, spent)]);
  // The instant is what is being varied, so here a timer is the thing itself.
  const wait = Math.floor(random() ** 2 * 300);
  const timer = new Promise((fire) => setTimeout(fire, wait));
  await Promise.race([timer, work.then(() => timer)]);
  await server.kill();
  await work;
  await server.start();
  const used = spent.acknowledged.length + spent.broken.length;
  for (const [n, family] of families.entries()) {
    await (n % 2 === 0 ? checkFamily(server, family) : checkPredecessor(server, family));
  }
  await checkCodes(server, spent, codes.slice(used));
  await open.submit("password", { email: "alice@demo.test", password: "irrelevant here, the sign-in is gone" });
  assert.ok(!open.left && open.status < 500, `an open sign-in after a restart: ${open.status}`);
  const rotations = families.reduce((sum, family) => sum + family.tokens.length - 1, 0);
  return { rotations, redeemed: spent.acknowledged.length };
}

function suite(name, prepare) {
  describe(`kills on ${name}`, () => {
    let server;
    let database;
    const visitor = {};
    before(async () => {
      database = await prepare();
      server = await Server.start({ env: database.env });
      visitor.it = new Visitor(server.base);
      await visitor.it.signIn(server, authorize(server), "alice@demo.test");
      assert.ok(visitor.it.left, visitor.it.text);
    });
    after(async () => {
      await server?.stop();
      await database?.stop?.();
    });

    test(`what was acknowledged counts after each of ${ROUNDS} kills`, async (context) => {
      const random = generator(SEED);
      const sums = { rotations: 0, redeemed: 0 };
      for (let n = 0; n < ROUNDS; n += 1) {
        try {
          const done = await round(server, visitor.it, random);
          for (const key of Object.keys(sums)) sums[key] += done[key];
        } catch (error) {
          error.message = `round ${n + 1} with SEED=${SEED}: ${error.message}\n${server.tail()}`;
          throw error;
        }
      }
      context.diagnostic(`${sums.rotations} rotations and ${sums.redeemed} redemptions were acknowledged`);
      assert.ok(sums.rotations > 0 && sums.redeemed > 0, "the kills came while work was under way");
    });

    test("the session of before all kills still signs in without asking, and the audit chain is whole", async () => {
      assert.ok(await silentCode(server, visitor.it));
      await server.command("audit", "verify");
    });
  });
}

suite("SQLite", async () => ({ env: {} }));
suite("PostgreSQL", async () => {
  const postgres = await startPostgres();
  return { env: { TIDEGATE__DATABASE__URL: postgres.url }, stop: () => postgres.stop() };
});
