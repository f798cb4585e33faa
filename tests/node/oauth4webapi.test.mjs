// The demo tenant as apps that use oauth4webapi see it: what each answer must say is checked by that library, step by step.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { Visitor } from "./lib/http.mjs";
import { Server, until } from "./lib/server.mjs";

const REDIRECT = "http://127.0.0.1:9/cb";
const API = "https://api.example";
const insecure = { [oauth.allowInsecureRequests]: true };

let server;
let as;

before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

// Each test is an app that was just started: the library keeps what it fetched with the metadata.
beforeEach(async () => {
  const issuer = new URL(server.issuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
});

/** A key pair for ES256, and its public key as a client registers it. */
async function keys(kid) {
  const { privateKey, publicKey } = await oauth.generateKeyPair("ES256");
  const jwk = { ...(await crypto.subtle.exportKey("jwk", publicKey)), alg: "ES256", kid };
  return { key: { key: privateKey, kid }, jwks: `jwks=${JSON.stringify({ keys: [jwk] })}` };
}

const register = (...more) => server.command("client", "create", "--tenant", "demo", ...more);
const registerWeb = (...more) => register("--type", "web", "--redirect-uri", REDIRECT, ...more);

/** What an authorization request says, and what the app remembers of it. */
async function request(client, more = {}) {
  const kept = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() };
  const parameters = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid email offline_access",
    state: kept.state,
    nonce: kept.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(kept.verifier),
    code_challenge_method: "S256",
    ...more,
  });
  return { kept, parameters };
}

/** Sends somebody to the authorization endpoint, and gives the address that they come back to. */
async function visit(parameters, email = "alice@demo.test") {
  const start = new URL(as.authorization_endpoint);
  start.search = new URLSearchParams(parameters);
  const visitor = await new Visitor(server.base).signIn(server, start.href, email);
  assert.ok(visitor.left, `no answer to the app: ${visitor.url} ${visitor.text}`);
  return new URL(visitor.left);
}

/** Redeems the code of an answer that was validated; the ID token's signature is checked too. */
async function redeem(client, auth, answer, kept, options = insecure) {
  const response = await oauth.authorizationCodeGrantRequest(as, client, auth, answer, REDIRECT, kept.verifier, options);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: kept.nonce, requireIdToken: true });
  await oauth.validateApplicationLevelSignature(as, response, insecure);
  return tokens;
}

/** Asks once more when the server wants its nonce in the proof (RFC 9449 section 8). */
async function withNonce(ask) {
  try {
    return await ask();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return ask();
  }
}

const fails = (code) => (error) => error.error === code;

describe("oauth4webapi", () => {
  test("RFC 9126, 9449, 7523, 8707, 9068: a pushed request, a client and tokens with keys, a token for an API", async () => {
    await server.command("resource", "create", "--tenant", "demo", "--identifier", API, "--scope", "orders:read");
    const { key, jwks } = await keys("own");
    const client = await registerWeb("--auth-method", "private_key_jwt", "--set", jwks, "--set", "dpop_bound_access_tokens=true");
    const auth = oauth.PrivateKeyJwt(key);
    const bound = { ...insecure, DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) };

    const { kept, parameters } = await request(client, { scope: "openid email offline_access orders:read" });
    for (const resource of [server.issuer, API]) parameters.append("resource", resource);
    const push = async () => {
      const response = await oauth.pushedAuthorizationRequest(as, client, auth, parameters, bound);
      return oauth.processPushedAuthorizationResponse(as, client, response);
    };
    // What a command made is there within two seconds.
    const unknown = (error) => assert.equal(error.error, "invalid_target");
    const pushed = await until("the API to be in force", () => withNonce(push).catch(unknown), 5);
    const back = await visit({ client_id: client.client_id, request_uri: pushed.request_uri });
    const answer = oauth.validateAuthResponse(as, client, back, kept.state);
    const here = { ...bound, additionalParameters: { resource: server.issuer } };
    const tokens = await withNonce(() => redeem(client, auth, answer, kept, here));
    assert.equal(tokens.token_type, "dpop");

    const { sub } = oauth.getValidatedIdTokenClaims(tokens);
    const info = await withNonce(async () => {
      const response = await oauth.userInfoRequest(as, client, tokens.access_token, bound);
      return oauth.processUserInfoResponse(as, client, sub, response);
    });
    assert.equal(info.email, "alice@demo.test");

    const refresh = async (options) => {
      const response = await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, options);
      return oauth.processRefreshTokenResponse(as, client, response);
    };
    await assert.rejects(refresh(insecure), "without the key");
    const forApi = await refresh({ ...bound, additionalParameters: { resource: API } });
    assert.equal(forApi.scope, "orders:read");
    // The API is this function: it validates what comes in as RFC 9068 and RFC 9449 section 4.3 tell.
    const api = async (url, init) => Response.json(await oauth.validateJwtAccessToken(as, new Request(url, init), API, insecure));
    const call = (token) => oauth.protectedResourceRequest(token, "GET", new URL(`${API}/orders`), undefined, undefined, { ...bound, [oauth.customFetch]: api });
    const claims = await (await call(forApi.access_token)).json();
    assert.deepEqual([claims.client_id, claims.sub, claims.scope], [client.client_id, sub, "orders:read"]);
    await assert.rejects(call(tokens.access_token), "the token for userinfo is not for the API");

    const revoked = await oauth.revocationRequest(as, client, auth, forApi.refresh_token, insecure);
    await oauth.processRevocationResponse(revoked);
    await assert.rejects(refresh(bound), fails("invalid_grant"));
  });

  test("RFC 9101, JARM, RFC 9701: request, response, userinfo and introspection answers are signed", async () => {
    const { key, jwks } = await keys("own");
    const signed = ["request_object_signing_alg", "authorization_signed_response_alg", "userinfo_signed_response_alg", "introspection_signed_response_alg"];
    const client = await registerWeb("--auth-method", "client_secret_jwt", "--set", jwks, ...signed.flatMap((name) => ["--set", `${name}=ES256`]));
    const auth = oauth.ClientSecretJwt(client.client_secret);

    const { kept, parameters } = await request(client, { response_mode: "jwt" });
    const object = await oauth.issueRequestObject(as, client, parameters, key);
    const back = await visit({ client_id: client.client_id, request: object }, "carol@demo.test");
    assert.deepEqual([...back.searchParams.keys()], ["response"]);
    const answer = await oauth.validateJwtAuthResponse(as, client, back, kept.state, insecure);
    const tokens = await redeem(client, auth, answer, kept);

    const { sub } = oauth.getValidatedIdTokenClaims(tokens);
    const info = await oauth.userInfoRequest(as, client, tokens.access_token, insecure);
    assert.equal((await oauth.processUserInfoResponse(as, client, sub, info)).email, "carol@demo.test");
    await oauth.validateApplicationLevelSignature(as, info, insecure);

    const asked = await oauth.introspectionRequest(as, client, auth, tokens.access_token, { ...insecure, requestJwtResponse: true });
    const live = await oauth.processIntrospectionResponse(as, client, asked);
    await oauth.validateApplicationLevelSignature(as, asked, insecure);
    assert.deepEqual([live.active, live.sub, live.client_id], [true, sub, client.client_id]);
  });

  test("RFC 7591: an app that registers itself signs people in", async () => {
    const response = await oauth.dynamicClientRegistrationRequest(as, { client_name: "Newcomer", redirect_uris: [REDIRECT] }, insecure);
    const client = await oauth.processDynamicClientRegistrationResponse(response);
    const { kept, parameters } = await request(client, { scope: "openid email" });
    const answer = oauth.validateAuthResponse(as, client, await visit(parameters), kept.state);
    const tokens = await redeem(client, oauth.ClientSecretBasic(client.client_secret), answer, kept);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).aud, client.client_id);
  });

  test("RFC 8628: a device gets tokens after its code was typed elsewhere", async () => {
    const client = await register("--type", "device");
    const begin = async () => {
      const response = await oauth.deviceAuthorizationRequest(as, client, oauth.None(), { scope: "openid email" }, insecure);
      return oauth.processDeviceAuthorizationResponse(as, client, response);
    };
    const poll = async ({ device_code: code }) => {
      const response = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), code, insecure);
      return oauth.processDeviceCodeResponse(as, client, response);
    };
    await assert.rejects(poll(await begin()), fails("authorization_pending"));

    const device = await begin();
    const visitor = new Visitor(server.base);
    await visitor.go(device.verification_uri);
    await visitor.submit("user_code", { user_code: device.user_code });
    await visitor.signIn(server, visitor.url, "alice@demo.test");
    const tokens = await poll(device);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).aud, client.client_id);
    await assert.rejects(poll(device), fails("invalid_grant"));
  });

  test("CIBA Core: a person answers on the account page what an app asks elsewhere", async () => {
    const client = await register("--type", "service", "--grant", "urn:openid:params:grant-type:ciba", "--set", "backchannel_token_delivery_mode=poll");
    const auth = oauth.ClientSecretBasic(client.client_secret);
    const begin = async (message) => {
      const asked = { scope: "openid email", login_hint: "alice@demo.test", binding_message: message };
      const response = await oauth.backchannelAuthenticationRequest(as, client, auth, asked, insecure);
      return oauth.processBackchannelAuthenticationResponse(as, client, response);
    };
    const poll = async ({ auth_req_id: id }) => {
      const response = await oauth.backchannelAuthenticationGrantRequest(as, client, auth, id, insecure);
      return oauth.processBackchannelAuthenticationGrantResponse(as, client, response);
    };
    const page = `${server.issuer}/account/requests`;
    const visitor = new Visitor(server.base);

    const waiting = await begin("TILL-6");
    await assert.rejects(poll(waiting), fails("authorization_pending"));
    await visitor.signIn(server, page);
    assert.match(visitor.text, /TILL-6/);
    await visitor.submit("answer", { answer: "no" });

    const refused = await begin("TILL-7");
    await visitor.go(page);
    await visitor.submit("answer", { answer: "no" });
    await assert.rejects(poll(refused), fails("access_denied"));

    const approved = await begin("TILL-8");
    await visitor.go(page);
    assert.match(visitor.text, /TILL-8/);
    await visitor.submit("csrf", {});
    const tokens = await poll(approved);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).aud, client.client_id);
    await assert.rejects(poll(approved), fails("invalid_grant"));
  });
});
