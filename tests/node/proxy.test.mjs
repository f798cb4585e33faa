// Debian's nginx ends TLS and tells the server of the certificates that clients show (RFC 8705); the client is oauth4webapi.

import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as oauth from "oauth4webapi";
import { certificate } from "./lib/certificates.mjs";
import { Visitor } from "./lib/http.mjs";
import { Program } from "./lib/program.mjs";
import { Server, freePort, temporary, until } from "./lib/server.mjs";

// nginx calls the server from an address of its own, the only one that is trusted.
const PROXY = "127.0.0.2";
const REDIRECT = "http://127.0.0.1:9/cb";
const insecure = { [oauth.allowInsecureRequests]: true };

let server;
let nginx;
let own;
let clientId;

function configuration(folder, ports) {
  const place = (port, verify) => `
  server {
    listen 127.0.0.1:${port} ssl;
    ${verify}
    location / { proxy_pass http://127.0.0.1:${server.port}; }
  }`;
  const temporaries = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`);
  return `
${process.getuid() === 0 ? "user www-data;" : ""}
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events {}
http {
  access_log off;
  ${temporaries.join("\n  ")}
  ssl_certificate ${own.server.files.cert};
  ssl_certificate_key ${own.server.files.key};
  proxy_bind ${PROXY};
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
  ${place(ports.any, "ssl_verify_client optional_no_ca;")}
  ${place(ports.vouched, `ssl_client_certificate ${own.authority.files.cert}; ssl_verify_client on;`)}
}
`;
}

function certificates(folder) {
  const authority = certificate(folder, "authority", "/CN=Authority");
  const unlisted = certificate(folder, "authority", "/CN=Unlisted", authority);
  const intermediate = certificate(folder, "authority", "/CN=Intermediate", certificate(folder, "authority", "/CN=Root"));
  return {
    authority, // the tenant's, like `intermediate`
    intermediate,
    unlisted, // below `authority`
    server: certificate(folder, "server", "/CN=localhost", authority),
    payments: certificate(folder, "client", "/O=Acme/CN=payments", authority),
    others: certificate(folder, "client", "/O=Acme/CN=others", authority),
    impostor: certificate(folder, "client", "/O=Acme/CN=payments", certificate(folder, "authority", "/CN=Authority")),
    byIntermediate: certificate(folder, "client", "/O=Acme/CN=payments", intermediate),
    byUnlisted: certificate(folder, "client", "/O=Acme/CN=payments", unlisted),
    alone: certificate(folder, "client", "/CN=alone"),
  };
}

async function register(method, ...set) {
  const all = [`token_endpoint_auth_method=${method}`, "tls_client_certificate_bound_access_tokens=true", ...set];
  const made = await server.command(
    "client", "create", "--tenant", "demo", "--type", "web", "--redirect-uri", REDIRECT, "--grant", "authorization_code",
    "--grant", "refresh_token", "--grant", "client_credentials", ...all.flatMap((pair) => ["--set", pair]),
  );
  assert.equal(made.client_secret, undefined);
  return made.client_id;
}

before(async () => {
  const ports = { any: await freePort(), vouched: await freePort() };
  server = await Server.start({
    env: {
      TIDEGATE__SERVER__TRUSTED_PROXIES: `${PROXY}/32`,
      TIDEGATE__SERVER__CLIENT_CERTIFICATE_HEADER: "escaped-pem",
      TIDEGATE__SERVER__MTLS_URL: `https://localhost:${ports.any}`,
    },
  });
  const folder = temporary("nginx");
  chmodSync(folder, 0o755);
  own = certificates(folder);
  writeFileSync(join(folder, "nginx.conf"), configuration(folder, ports));
  const place = (port) => `https://localhost:${port}`;
  nginx = await Program.start("/usr/sbin/nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], {
    folder,
    answers: () => through()(`${place(ports.any)}/t/demo/jwks`).then((answer) => answer.ok, () => false),
  });
  Object.assign(nginx, { any: place(ports.any), vouched: place(ports.vouched) });
  const settings = `client_certificate_authorities = """\n${own.authority.cert}${own.intermediate.cert}"""\n`;
  await server.commandWith(settings, "tenant", "apply", "--tenant", "demo", "-");
  clientId = await register("tls_client_auth", "tls_client_auth_subject_dn=CN=payments,O=Acme");
  // What a command set is in force within two seconds.
  await until("the authority to be trusted", async () => (await ask(clientId, through(own.payments))).ok, 5);
});

after(async () => {
  await nginx?.stop();
  await server?.stop();
});

/** One call with options of node's own; the answer as `fetch` gives it. */
function call(send, url, { method = "GET", headers = {}, body } = {}, options = {}) {
  return new Promise((done, failed) => {
    const ask = send(url, { method, headers, agent: false, ...options }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part)).on("error", failed).on("end", () =>
        done(new Response(Buffer.concat(parts), { status: answer.statusCode, headers: answer.headers })),
      );
    });
    ask.on("error", failed).end(body?.toString());
  });
}

/** A `fetch` that trusts the authority, and shows a certificate where there is one. */
const through = (shown) => (url, init) => call(tlsRequest, url, init, { ca: own.authority.cert, key: shown?.key, cert: shown?.cert });

/** A `fetch` past nginx, from an address of this machine. */
const straight = (localAddress) => (url, init) => call(plainRequest, url, init, { localAddress });

/** Client credentials by no proof but the certificate. */
function ask(client, fetch, { base = nginx.any, headers = {} } = {}) {
  return fetch(`${base}/t/demo/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: client }),
  });
}

async function refused(answer, why) {
  assert.equal(answer.status, 401, why);
  assert.equal((await answer.json()).error, "invalid_client", why);
}

const payload = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
const header = (shown) => ({ "X-SSL-Client-Cert": encodeURIComponent(shown.cert) });

async function discover() {
  const issuer = new URL(server.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
}

/** Tokens for alice by a code that the certificate's owner redeems through nginx. */
async function signedIn(as, client, options) {
  const verifier = oauth.generateRandomCodeVerifier();
  const start = new URL(as.authorization_endpoint);
  start.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid email offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const visitor = await new Visitor(server.base).signIn(server, start.href);
  assert.ok(visitor.left, `no answer to the app: ${visitor.url} ${visitor.text}`);
  const answer = oauth.validateAuthResponse(as, client, new URL(visitor.left));
  const response = await oauth.authorizationCodeGrantRequest(as, client, oauth.TlsClientAuth(), answer, REDIRECT, verifier, options);
  return oauth.processAuthorizationCodeResponse(as, client, response, { requireIdToken: true });
}

test("RFC 8705 section 5: discovery names nginx's address for clients that show certificates", async () => {
  const as = await discover();
  assert.equal(as.tls_client_certificate_bound_access_tokens, true);
  for (const name of ["token_endpoint", "userinfo_endpoint", "introspection_endpoint", "pushed_authorization_request_endpoint"]) {
    assert.equal(as.mtls_endpoint_aliases[name], as[name].replace(server.base, nginx.any));
  }
});

test("RFC 8705 sections 2.1 and 3: a code becomes a token that only the certificate's owner can use", async () => {
  const as = await discover();
  const client = { client_id: clientId, use_mtls_endpoint_aliases: true };
  const by = (shown) => ({ [oauth.customFetch]: through(shown) });
  const tokens = await signedIn(as, client, by(own.payments));
  assert.deepEqual(payload(tokens.access_token).cnf, { "x5t#S256": own.payments.thumbprint });

  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const userinfo = (shown) => oauth.userInfoRequest(as, client, tokens.access_token, by(shown));
  const info = await oauth.processUserInfoResponse(as, client, sub, await userinfo(own.payments));
  assert.equal(info.email, "alice@demo.test");
  for (const [what, shown] of [["none", undefined], ["another client's", own.others], ["one of the same name", own.impostor]]) {
    const answer = await userinfo(shown);
    assert.equal(answer.status, 401, what);
    assert.match(answer.headers.get("www-authenticate"), /error="invalid_token"/, what);
  }
  const bare = await fetch(as.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.equal(bare.status, 401, "past nginx");

  const asked = await oauth.introspectionRequest(as, client, oauth.TlsClientAuth(), tokens.access_token, by(own.payments));
  const live = await oauth.processIntrospectionResponse(as, client, asked);
  assert.deepEqual(live.cnf, { "x5t#S256": own.payments.thumbprint });

  const refresh = (shown) => oauth.refreshTokenGrantRequest(as, client, oauth.TlsClientAuth(), tokens.refresh_token, by(shown));
  await refused(await refresh(undefined), "a refresh without certificate");
  const second = await oauth.processRefreshTokenResponse(as, client, await refresh(own.payments));
  assert.deepEqual(payload(second.access_token).cnf, { "x5t#S256": own.payments.thumbprint });
});

test("RFC 8705 section 2.1: nginx lets any certificate through, and the server takes none but the right one", async () => {
  for (const [what, shown] of [["none", undefined], ["another subject", own.others], ["another authority", own.impostor], ["nobody's", own.alone]]) {
    await refused(await ask(clientId, through(shown)), what);
  }
});

test("nginx passes no chain on: an authority between must be one of the tenant's", async () => {
  assert.equal((await ask(clientId, through(own.byIntermediate))).status, 200);
  const { key, cert } = own.byUnlisted;
  await refused(await ask(clientId, through({ key, cert: cert + own.unlisted.cert })));
});

test("RFC 8705 section 2.2: a certificate that nobody vouches for, registered by its client", async () => {
  const client = await register("self_signed_tls_client_auth", `jwks=${JSON.stringify({ keys: [own.alone.jwk] })}`);
  const answer = await ask(client, through(own.alone));
  assert.equal(answer.status, 200, nginx.log());
  assert.deepEqual(payload((await answer.json()).access_token).cnf, { "x5t#S256": own.alone.thumbprint });
  for (const shown of [undefined, own.payments]) await refused(await ask(client, through(shown)));
});

test("what a caller writes into the header itself does not pass nginx", async () => {
  for (const shown of [undefined, own.others]) {
    await refused(await ask(clientId, through(shown), { headers: header(own.payments) }));
    await refused(await ask(clientId, through(shown), { headers: { X_SSL_Client_Cert: header(own.payments)["X-SSL-Client-Cert"] } }));
  }
  const beside = await ask(clientId, through(own.payments), { headers: header(own.others) });
  assert.equal(beside.status, 200, "the certificate that was shown counts");
});

test("past nginx the header counts from nginx's address alone", async () => {
  const past = { base: server.base, headers: header(own.payments) };
  await refused(await ask(clientId, straight("127.0.0.1"), past), "no proxy of ours");
  const forwarded = { ...past, headers: { ...past.headers, "X-Forwarded-For": PROXY } };
  await refused(await ask(clientId, straight("127.0.0.1"), forwarded), "no proxy of ours, whatever it says");
  assert.equal((await ask(clientId, straight(PROXY), past)).status, 200, "the same header from there");
});

test("nginx that verifies by itself turns strangers away before the server sees them", async () => {
  const there = { base: nginx.vouched };
  assert.equal((await ask(clientId, through(own.payments), there)).status, 200);
  for (const shown of [undefined, own.impostor]) {
    const answer = await ask(clientId, through(shown), there);
    assert.deepEqual([answer.status, answer.headers.get("server")?.split("/")[0]], [400, "nginx"]);
  }
});
