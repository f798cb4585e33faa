// The demo tenant as an app that uses openid-client sees it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as oidc from "openid-client";
import { Server, until } from "./lib/server.mjs";
import { Visitor, forms } from "./lib/http.mjs";

const SECRET = "demo-rp-secret-for-development";
const SCOPE = "openid profile email offline_access";
let server;

before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

const insecure = { execute: [oidc.allowInsecureRequests] };
const discover = (id, metadata, auth) => oidc.discovery(new URL(server.issuer), id, metadata, auth, insecure);
const demoRp = () => discover("demo-rp", undefined, oidc.ClientSecretBasic(SECRET));
const demoCli = () => discover("demo-cli", undefined, oidc.None());

async function asked(config, redirectUri, more = {}) {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedNonce: oidc.randomNonce(),
    expectedState: oidc.randomState(),
    idTokenExpected: true,
  };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
    ...more,
  });
  return { checks, url };
}

/** A client of our own whose redirect leads to an address that nobody answers, so that the visitor stops there. */
async function ownClient(...more) {
  const made = await server.command("client", "create", "--tenant", "demo", "--type", "web", "--redirect-uri", "http://127.0.0.1:9/cb", ...more);
  return { made, config: await discover(made.client_id, undefined, oidc.ClientSecretBasic(made.client_secret)) };
}

async function signIn(config, redirectUri, email, more) {
  const { checks, url } = await asked(config, redirectUri, more);
  const visitor = new Visitor(server.base);
  await visitor.signIn(server, url.href, email);
  assert.ok(visitor.left, `no answer to the app: ${visitor.url} ${visitor.text}`);
  const tokens = await oidc.authorizationCodeGrant(config, new URL(visitor.left), checks);
  return { tokens, visitor, checks };
}

const LOOPBACK = "http://127.0.0.1:49152/callback";

describe("openid-client", () => {
  test("discovers the issuer by both path forms", async () => {
    const metadata = (await demoRp()).serverMetadata();
    assert.equal(metadata.issuer, server.issuer);
    assert.ok(metadata.supportsPKCE());
    const inserted = await oidc.discovery(new URL(server.issuer), "demo-cli", undefined, oidc.None(), { ...insecure, algorithm: "oauth2" });
    assert.equal(inserted.serverMetadata().token_endpoint, metadata.token_endpoint);
  });

  test("a public client signs in on a loopback port of its choice and reads userinfo", async () => {
    const config = await demoCli();
    oidc.enableNonRepudiationChecks(config);
    const { tokens } = await signIn(config, LOOPBACK, "alice@demo.test");
    const claims = tokens.claims();
    assert.equal(claims.iss, server.issuer);
    assert.equal(claims.aud, "demo-cli");
    assert.deepEqual(claims.acr, "aal1");
    assert.ok(claims.amr.includes("pwd"));
    assert.ok(claims.sid);
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(info.email, "alice@demo.test");
    assert.equal(info.email_verified, true);
    assert.equal(info.name, "Alice Anders");
  });

  test("a web client with a secret signs in with TOTP and the token says aal2", async () => {
    const { config } = await ownClient();
    const { tokens } = await signIn(config, "http://127.0.0.1:9/cb", "bob@demo.test", { acr_values: "aal2" });
    assert.equal(tokens.claims().acr, "aal2");
    assert.ok(tokens.claims().amr.includes("otp"));
    assert.ok(tokens.claims().amr.includes("mfa"));
  });

  test("refresh tokens rotate, a repeat before use gives the same successor, a replay after use ends the family", async () => {
    const config = await demoCli();
    const { tokens } = await signIn(config, LOOPBACK, "alice@demo.test");
    const second = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(second.refresh_token, tokens.refresh_token);
    assert.equal(second.claims()?.sub ?? tokens.claims().sub, tokens.claims().sub);
    const repeat = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(repeat.refresh_token, second.refresh_token);
    const third = await oidc.refreshTokenGrant(config, second.refresh_token);
    const invalid = (error) => error.error === "invalid_grant";
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), invalid);
    await assert.rejects(oidc.refreshTokenGrant(config, third.refresh_token), invalid);
    await assert.rejects(oidc.fetchUserInfo(config, third.access_token, oidc.skipSubjectCheck));
  });

  test("a code redeemed twice is refused and takes its tokens along", async () => {
    const config = await demoCli();
    const { checks, url } = await asked(config, LOOPBACK);
    const visitor = await new Visitor(server.base).signIn(server, url.href);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(visitor.left), checks);
    await assert.rejects(oidc.authorizationCodeGrant(config, new URL(visitor.left), checks), (error) => error.error === "invalid_grant");
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), (error) => error.error === "invalid_grant");
  });

  test("introspection and revocation", async () => {
    const { config } = await ownClient();
    const { tokens } = await signIn(config, "http://127.0.0.1:9/cb", "alice@demo.test");
    const live = await oidc.tokenIntrospection(config, tokens.access_token);
    assert.equal(live.active, true);
    assert.equal(live.iss, server.issuer);
    assert.equal(live.sub, tokens.claims().sub);
    const other = await oidc.tokenIntrospection(await demoRp(), tokens.refresh_token);
    assert.equal(other.active, false, "a refresh token of another client is nobody else's business");
    await oidc.tokenRevocation(config, tokens.refresh_token);
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), (error) => error.error === "invalid_grant");
    await oidc.tokenRevocation(config, "never-was-a-token");
  });

  test("demo-rp authenticates with its secret and nobody does with another", async () => {
    const answer = await oidc.tokenIntrospection(await demoRp(), "nothing");
    assert.equal(answer.active, false);
    const wrong = await discover("demo-rp", undefined, oidc.ClientSecretBasic("not-the-secret-of-this-client"));
    await assert.rejects(oidc.tokenIntrospection(wrong, "nothing"));
  });

  test("RP-initiated logout ends the session, comes back with state, and the next request asks again", async () => {
    const { config } = await ownClient("--post-logout-redirect-uri", "http://127.0.0.1:9/out");
    const { tokens, visitor } = await signIn(config, "http://127.0.0.1:9/cb", "alice@demo.test");
    const silent = await asked(config, "http://127.0.0.1:9/cb", { prompt: "none" });
    await visitor.go(silent.url.href);
    assert.ok(new URL(visitor.left).searchParams.get("code"), visitor.left);
    const out = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: "http://127.0.0.1:9/out",
      state: "st4te",
    });
    await visitor.go(out.href);
    if (!visitor.left) await visitor.submit("csrf", {});
    assert.equal(visitor.left, "http://127.0.0.1:9/out?state=st4te");
    const again = await asked(config, "http://127.0.0.1:9/cb", { prompt: "none" });
    await visitor.go(again.url.href);
    assert.equal(new URL(visitor.left).searchParams.get("error"), "login_required");
  });

  test("a pushed request, also as a signed object", async () => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const jwk = { ...(await crypto.subtle.exportKey("jwk", pair.publicKey)), alg: "ES256", kid: "app" };
    const { made, config } = await ownClient("--set", `jwks=${JSON.stringify({ keys: [jwk] })}`, "--set", "require_pushed_authorization_requests=true");
    for (const signed of [false, true]) {
      const { checks, url } = await asked(config, "http://127.0.0.1:9/cb");
      const parameters = Object.fromEntries(url.searchParams);
      const object = signed ? await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key: pair.privateKey, kid: "app" }) : undefined;
      const pushed = await oidc.buildAuthorizationUrlWithPAR(config, signed ? object.searchParams : parameters);
      assert.deepEqual([...pushed.searchParams.keys()].sort(), ["client_id", "request_uri"]);
      const visitor = await new Visitor(server.base).signIn(server, pushed.href, "alice@demo.test");
      const tokens = await oidc.authorizationCodeGrant(config, new URL(visitor.left), checks);
      assert.equal(tokens.claims().aud, made.client_id);
    }
    const { url } = await asked(config, "http://127.0.0.1:9/cb");
    const visitor = new Visitor(server.base);
    await visitor.go(url.href);
    assert.equal(new URL(visitor.left).searchParams.get("error"), "invalid_request", "not pushed");
  });

  test("DPoP: tokens of a public client are bound to its key, nonces included", async () => {
    const config = await demoCli();
    const handle = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
    const { checks, url } = await asked(config, LOOPBACK);
    const visitor = await new Visitor(server.base).signIn(server, url.href, "alice@demo.test");
    const tokens = await oidc.authorizationCodeGrant(config, new URL(visitor.left), checks, undefined, { DPoP: handle });
    assert.equal(tokens.token_type, "dpop");
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP: handle });
    assert.equal(info.email, "alice@demo.test");
    await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), "as a bearer token");
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), (error) => error.error === "invalid_grant");
    const second = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: handle });
    assert.notEqual(second.refresh_token, tokens.refresh_token);
  });

  test("form_post answers with a form that holds what the app checks", async () => {
    const { config } = await ownClient();
    const { checks, url } = await asked(config, "http://127.0.0.1:9/cb", { response_mode: "form_post" });
    const visitor = await new Visitor(server.base).signIn(server, url.href);
    const form = forms(visitor.html).find(({ action }) => action === "http://127.0.0.1:9/cb");
    assert.ok(form, visitor.text);
    const body = new URLSearchParams(form.fields.filter(({ name }) => name).map(({ name, value }) => [name, value]));
    const request = new Request("http://127.0.0.1:9/cb", {
      method: "POST",
      body: body.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const tokens = await oidc.authorizationCodeGrant(config, request, checks);
    assert.equal(tokens.claims().aud, config.clientMetadata().client_id);
  });

  for (const algorithm of ["RS256", "EdDSA"]) {
    test(`ID tokens signed with ${algorithm} for a client registered so`, async () => {
      const { made } = await ownClient("--set", `id_token_signed_response_alg=${algorithm}`);
      // A key that a command made is there within two seconds.
      await until(`a published ${algorithm} key`, async () => {
        const { keys } = await (await fetch(`${server.issuer}/jwks`)).json();
        return keys.some(({ alg }) => alg === algorithm);
      }, 5);
      const metadata = { id_token_signed_response_alg: algorithm };
      const config = await discover(made.client_id, metadata, oidc.ClientSecretBasic(made.client_secret));
      oidc.enableNonRepudiationChecks(config);
      const { tokens } = await signIn(config, "http://127.0.0.1:9/cb", "alice@demo.test");
      const header = JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url").toString());
      assert.equal(header.alg, algorithm);
    });
  }

  test("client credentials of a service", async () => {
    const made = await server.command("client", "create", "--tenant", "demo", "--type", "service", "--scope", "api:read");
    const config = await discover(made.client_id, undefined, oidc.ClientSecretBasic(made.client_secret));
    const tokens = await oidc.clientCredentialsGrant(config, { scope: "api:read" });
    assert.equal(tokens.scope, "api:read");
    assert.equal(tokens.refresh_token, undefined);
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).client_id, made.client_id);
  });

  for (const profile of ["fapi2-security", "fapi2-message-signing"]) {
    test(`a client of the profile ${profile}: keys in place of secrets, pushed requests, tokens bound to a key`, async () => {
      const pair = (usages) => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, usages);
      const [own, bound] = [await pair(["sign", "verify"]), await pair(["sign", "verify"])];
      const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", own.publicKey);
      const redirectUri = "https://app.example/cb";
      const made = await server.command("client", "create", "--tenant", "demo", "--type", "web", "--redirect-uri", redirectUri,
        "--profile", profile, "--set", `jwks=${JSON.stringify({ keys: [{ kty, crv, x, y, alg: "ES256", kid: "own" }] })}`);
      assert.equal(made.client_secret, undefined);
      const key = { key: own.privateKey, kid: "own" };
      const config = await discover(made.client_id, made, oidc.PrivateKeyJwt(key));
      const signs = profile === "fapi2-message-signing";
      if (signs) oidc.useJwtResponseMode(config);
      const handle = { DPoP: oidc.getDPoPHandle(config, bound) };
      let { checks, url } = await asked(config, redirectUri);
      if (signs) url = await oidc.buildAuthorizationUrlWithJAR(config, url.searchParams, key);
      url = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams, handle);
      const visitor = new Visitor(server.base);
      await visitor.signIn(server, url.href, "alice@demo.test");
      assert.ok(visitor.left, `no answer to the app: ${visitor.url} ${visitor.text}`);
      assert.equal(new URL(visitor.left).searchParams.has("response"), signs);
      const tokens = await oidc.authorizationCodeGrant(config, new URL(visitor.left), checks, undefined, handle);
      assert.equal(tokens.token_type, "dpop");
      const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, handle);
      assert.equal(info.email, "alice@demo.test");
      const again = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, handle);
      assert.equal(again.refresh_token, tokens.refresh_token, "it stays");
    });
  }
});

describe("openid-client with a key of its own", () => {
  const ECDH = { name: "ECDH", namedCurve: "P-256" };
  const OAEP = { name: "RSA-OAEP", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  for (const [kind, uses, alg, enc] of [
    [OAEP, ["encrypt", "decrypt"], "RSA-OAEP-256", "A128CBC-HS256"],
    [ECDH, ["deriveBits"], "ECDH-ES", "A128GCM"],
    [ECDH, ["deriveBits"], "ECDH-ES+A256KW", "A256GCM"],
  ]) {
    test(`reads an ID token that was encrypted to it with ${alg} and ${enc}`, async () => {
      const pair = await crypto.subtle.generateKey(kind, true, uses);
      const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
      const jwks = { keys: [{ kty, crv, x, y, n, e, use: "enc", kid: "enc-1" }] };
      const set = [`jwks=${JSON.stringify(jwks)}`, `id_token_encrypted_response_alg=${alg}`, `id_token_encrypted_response_enc=${enc}`];
      const { made, config } = await ownClient(...set.flatMap((pair) => ["--set", pair]));
      oidc.enableDecryptingResponses(config, [enc], { key: pair.privateKey, kid: "enc-1", alg });
      const { tokens } = await signIn(config, "http://127.0.0.1:9/cb", "carol@demo.test");
      assert.equal(tokens.claims().aud, made.client_id);
      assert.equal(tokens.id_token.split(".").length, 5);
    });
  }
});
