// Apps in Python that use Debian's Authlib (authlib_party.py), one with Flask.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Visitor } from "./lib/http.mjs";
import { Program } from "./lib/program.mjs";
import { Server, freePort, temporary, until } from "./lib/server.mjs";

const PARTY = join(dirname(fileURLToPath(import.meta.url)), "authlib_party.py");
const PARTNER = "https://ci.example";

let server;
let party;

function keys() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }), jwk: { ...publicKey.export({ format: "jwk" }), alg: "ES256" } };
}

/** The registrations that the apps need, and the issuer that the tenant trusts. */
async function registrations(base) {
  const register = (...more) => server.command("client", "create", "--tenant", "demo", ...more);
  const [own, theirs] = [keys(), keys()];
  const partner = await register("--type", "service", "--grant", "urn:ietf:params:oauth:grant-type:jwt-bearer", "--scope", "email");
  const jwk = Object.entries(theirs.jwk).map(([name, value]) => `${name} = "${value}"`);
  const trusted = `
[[trusted_issuers]]
issuer = "${PARTNER}"
jwks = { keys = [{ ${jwk.join(", ")} }] }
user = "email"
subjects = ["alice@demo.test"]
clients = ["${partner.client_id}"]
`;
  await server.commandWith(trusted, "tenant", "apply", "--tenant", "demo", "-");
  const service = await register("--type", "service", "--auth-method", "private_key_jwt", "--set", `jwks=${JSON.stringify({ keys: [own.jwk] })}`, "--scope", "api:read");
  return {
    web: await register("--type", "web", "--name", "Flask", "--redirect-uri", `${base}/callback`),
    service: { ...service, key: own.key },
    device: await register("--type", "device"),
    partner: { ...partner, key: theirs.key, iss: PARTNER },
  };
}

before(async () => {
  server = await Server.start();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const settings = { issuer: server.issuer, port, ...(await registrations(base)) };
  const folder = temporary("authlib");
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings), { mode: 0o600 });
  party = await Program.start("/usr/bin/python3", [PARTY, join(folder, "settings.json")], {
    folder,
    answers: () => fetch(base).then(() => true, () => false),
  });
  party.base = base;
});

after(async () => {
  await party?.stop();
  await server?.stop();
});

/** What the party says at a path. */
async function says(path) {
  const answer = await fetch(`${party.base}${path}`);
  const text = await answer.text();
  assert.ok([200, 400].includes(answer.status), `${answer.status} ${text}`);
  return JSON.parse(text);
}

/** From the Flask app to the provider and back; gives what the app says then. */
async function login(query, email) {
  const [app, provider] = [new Visitor(party.base), new Visitor(server.base)];
  await app.go(`/login${query}`);
  if (email) await provider.signIn(server, app.left, email);
  else await provider.go(app.left);
  assert.ok(provider.left, `stuck at ${provider.url}: ${provider.text}`);
  await app.go(provider.left);
  return JSON.parse(app.html);
}

test("a Flask app signs people in, with PKCE; the ID token holds, userinfo answers, a token that ran out is renewed", async () => {
  const { claims, userinfo, again, renewed } = await login("?acr_values=aal2", "bob@demo.test");
  assert.deepEqual([claims.iss, claims.acr], [server.issuer, "aal2"]);
  assert.deepEqual([userinfo.sub, userinfo.email], [claims.sub, "bob@demo.test"]);
  assert.deepEqual(again, userinfo);
  assert.ok(renewed);
});

test("the Flask app hears why there is no sign-in", async () => {
  assert.equal((await login("?prompt=none")).error, "login_required");
});

test("RFC 7523 section 2.2: a service with a key gets, shows and gives back a token", async () => {
  const { token, before, revoked, after } = await says("/service");
  assert.equal(token.scope, "api:read");
  assert.deepEqual([before.active, before.scope], [true, "api:read"]);
  assert.deepEqual([revoked, after], [200, { active: false }]);
});

test("RFC 8628: a device waits, and reads userinfo after its code was typed elsewhere", async () => {
  const waits = await says("/device");
  assert.equal((await says(`/device/${waits.device_code}`)).error, "authorization_pending");
  const device = await says("/device");
  const visitor = new Visitor(server.base);
  await visitor.go(device.verification_uri);
  await visitor.submit("user_code", { user_code: device.user_code });
  await visitor.signIn(server, visitor.url, "carol@demo.test");
  assert.equal((await says(`/device/${device.device_code}`)).email, "carol@demo.test");
});

test("RFC 7523 section 2.1: a partner brings the word of an issuer that the tenant trusts, each once", async () => {
  // What a command set is in force within two seconds.
  let jti = 0;
  const token = await until("the issuer to be trusted", async () => {
    jti += 1;
    const said = await says(`/partner?jti=${jti}`);
    return said.active && said;
  }, 5);
  const { claims } = await login("", "alice@demo.test");
  assert.deepEqual([token.sub, token.scope], [claims.sub, "email"]);
  assert.equal((await says(`/partner?jti=${jti}`)).error, "invalid_grant");
});
