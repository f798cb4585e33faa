// People with a real browser: the hosted pages, the development pages and the demo app in Chromium.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, afterEach, describe, test } from "node:test";
import { PASSWORD, Server } from "./lib/server.mjs";
import { Chromium, authenticator, totp } from "./lib/chromium.mjs";

let chromium;
let server;

before(async () => {
  chromium = await Chromium.start();
});
after(() => chromium?.stop());
beforeEach(async () => {
  server = await Server.start();
});
afterEach(async () => {
  await Promise.all(chromium.browser.contexts().map((context) => context.close()));
  await server?.stop();
  assert.deepEqual(chromium.violations.splice(0), [], "policy violations and script errors");
});

const at = (path) => `${server.base}${path}`;
const heading = (page) => page.locator("h1").first().innerText();
const examine = (page, name, options) => chromium.examine(page, name, options);

/** Does something that leads to another document and waits for that one. */
async function leads(page, act) {
  const next = page.waitForNavigation();
  await act();
  await next;
}

const press = (page, name) => leads(page, () => page.getByRole("button", { name, exact: true }).click());

async function password(page, email, value = PASSWORD) {
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(value);
  await leads(page, () => page.locator("#password").press("Enter"));
}

async function code(page, value) {
  await page.locator("#code").fill(value);
  await leads(page, () => page.locator("#code").press("Enter"));
}

/** Signs carol in on an address that leads to a sign-in; her first one asks for a mail code. */
async function signInCarol(page, start) {
  const seen = await server.mailCodes("carol@demo.test");
  await page.goto(at(start));
  await password(page, "carol@demo.test");
  if (await page.locator("#code").count()) await code(page, await server.mailCode("carol@demo.test", seen));
}

const claim = (page, name) =>
  page.locator("section.token", { hasText: "ID token" }).first().locator("tr", { has: page.locator(`th code:text-is("${name}")`) }).locator("td").innerText();

const signOutOfDemo = async (page) => {
  await page.goto(at("/demo"));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in", exact: true }).waitFor();
};

/** From the sign-up page to the page that follows the code. */
async function proveNewAddress(page, email, options = { scripts: true }) {
  await examine(page, "sign-up", options);
  const sent = page.waitForRequest((request) => request.url().includes("/signup/address"));
  await page.locator("#email").fill(email);
  await leads(page, () => page.locator("#email").press("Enter"));
  const answer = new URLSearchParams((await sent).postData()).get("altcha");
  assert.equal(answer !== "", options.scripts, "a browser with scripts did its work");
  await examine(page, "sign-up-code", options);
  await code(page, await server.mailCode(email));
  await examine(page, "sign-up-details", options);
}

describe("approval on a device", () => {
  test("carol sets one up, types the number of another browser on it, and is in there", async () => {
    const device = await chromium.page({ viewport: { width: 390, height: 844 } });
    await signInCarol(device, "/t/demo/account/push");
    await examine(device, "push-enrol");
    await leads(device, () => device.getByRole("button", { name: "Set up this device" }).click());
    await device.locator("#codes li").first().waitFor();
    await device.goto(at("/t/demo/authenticator/"));
    await examine(device, "authenticator");

    const page = await chromium.page();
    await page.goto(at("/demo/signin?acr_values=aal2"));
    await password(page, "carol@demo.test");
    await examine(page, "challenge-push");
    const number = await page.locator("p.code strong").innerText();
    await device.locator("[data-request]").waitFor();
    await examine(device, "authenticator-request");
    await device.locator("#number").fill(number);
    await device.getByRole("button", { name: "Approve" }).click();
    await device.locator("[data-words=approved]").waitFor();
    await page.waitForURL(at("/demo"));
    assert.equal(await claim(page, "acr"), "aal2");

    // The key can't be taken out of the browser.
    const refused = await device.evaluate(async () => {
      const database = await new Promise((done) => (indexedDB.open("tidegate-authenticator").onsuccess = (event) => done(event.target.result)));
      const asked = database.transaction("devices").objectStore("devices").getAll();
      const [{ key }] = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
      return crypto.subtle.exportKey("pkcs8", key).then(() => "exported", (error) => error.name);
    });
    assert.equal(refused, "InvalidAccessError");
  });
});

describe("sign-up", () => {
  test("a new person comes from the app with a password, another with a passkey, and both come back to it", async () => {
    const page = await chromium.page();
    await page.goto(at("/demo/signin"));
    await page.getByRole("link", { name: "Create one" }).click();
    await proveNewAddress(page, "nora@person.example");
    await page.locator("#name").fill("Nora New");
    await page.locator("#password").fill(PASSWORD);
    await press(page, "Create the account");
    await page.waitForURL(at("/demo"));
    assert.equal(await heading(page), "Hello Nora New");

    const other = await chromium.page();
    const key = await authenticator(other);
    await other.goto(at("/t/demo/signup"));
    await proveNewAddress(other, "paul@person.example");
    await other.locator("#name").fill("Paul Person");
    await leads(other, () => other.getByRole("button", { name: "Use a passkey instead of a password" }).click());
    await other.waitForURL((url) => url.pathname === "/t/demo/account");
    assert.equal((await key.credentials()).length, 1);
    assert.match(await other.locator("main").innerText(), /paul@person\.example/);
  });

  test("it works without scripts, in German too", async () => {
    const page = await chromium.page({ javaScriptEnabled: false, locale: "de-DE" });
    await page.goto(at("/t/demo/signup"));
    assert.equal(await heading(page), "Konto anlegen");
    await proveNewAddress(page, "karl@person.example", { scripts: false });
    await page.locator("#password").fill(PASSWORD);
    await press(page, "Konto anlegen");
    await page.waitForURL((url) => url.pathname === "/t/demo/account");
  });
});

describe("passkeys", () => {
  test("carol adds one and signs in with it by the button, by autofill and as the second factor; a bad one is refused", async () => {
    const page = await chromium.page();
    const key = await authenticator(page);
    await signInCarol(page, "/t/demo/account");
    await page.waitForURL(at("/t/demo/account"));
    await examine(page, "account");
    await page.getByRole("link", { name: "Add a passkey" }).click();
    await examine(page, "account-passkey");
    await page.locator("form[data-passkey=create] button").click();
    await page.locator("#codes li").first().waitFor();
    assert.equal((await key.credentials()).length, 1);
    await examine(page, "recovery-codes");
    await page.getByRole("link", { name: "I’ve kept them" }).click();
    await page.waitForURL((url) => url.pathname === "/t/demo/account");
    await examine(page, "account-with-passkey");
    assert.doesNotMatch(await page.locator("main").innerText(), /\b[a-z]+(_[a-z]+)+\b/, "no internal name stands on the page");
    await press(page, "Sign out");
    await examine(page, "signed-out");

    // With nobody at the authenticator the autofill request waits, and the button takes over from it.
    await key.present(false);
    await page.goto(at("/demo/signin"));
    await page.getByRole("button", { name: /passkey/i }).waitFor();
    await key.present(true);
    await page.getByRole("button", { name: /passkey/i }).click();
    await page.waitForURL(at("/demo"));
    assert.equal(await heading(page), "Hello Carol Castro");
    assert.equal(await claim(page, "acr"), "phr");
    await signOutOfDemo(page);

    // Somebody at the authenticator: the autofill request is answered at once.
    await page.goto(at("/demo/signin"));
    await page.waitForURL(at("/demo"));
    assert.equal(await heading(page), "Hello Carol Castro");
    await signOutOfDemo(page);

    await key.present(false);
    await page.goto(at("/demo/signin?acr_values=phr"));
    await password(page, "carol@demo.test");
    await examine(page, "challenge-passkey");
    await key.present(true);
    await page.locator("form[data-passkey=get] button").click();
    await page.waitForURL(at("/demo"));
    assert.equal(await claim(page, "acr"), "phr");
    await signOutOfDemo(page);

    // A response without user verification is refused. On this page nothing asks by itself, so that one press is one answer.
    await key.present(false);
    await page.goto(at("/demo/signin?acr_values=phr"));
    await password(page, "carol@demo.test");
    await key.override({ isBadUV: true });
    await key.present(true);
    await page.locator("form[data-passkey=get] button").click();
    await page.getByRole("alert").waitFor();
    assert.equal(new URL(page.url()).pathname, "/t/demo/signin");
    await examine(page, "challenge-passkey-refused");
    await key.override({ isBadUV: false });
    await page.locator("form[data-passkey=get] button").click();
    await page.waitForURL(at("/demo"));
  });
});

describe("a newcomer's ten minutes", () => {
  test("carol signs in with a mail code, a dial makes the next sign-in hard, and the pages say why", async () => {
    const page = await chromium.page();
    await page.goto(at("/dev"));
    await examine(page, "dev");
    await page.goto(at("/demo"));
    await examine(page, "demo-out");
    await page.goto(at("/dev"));
    await page.getByRole("link", { name: /Sign in as carol/ }).click();
    await examine(page, "signin");
    assert.equal(await page.locator("#email").inputValue(), "carol@demo.test");
    await password(page, "carol@demo.test", "not her password at all");
    await page.getByRole("alert").waitFor();
    await examine(page, "signin-wrong");
    const mailbox = await page.context().newPage();
    chromium.watch(mailbox);
    await mailbox.goto(at("/dev/mail"));
    await examine(mailbox, "mail-empty");
    await page.locator("#email").fill("carol@demo.test");
    await page.locator("#password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.locator("#code").waitFor();
    await examine(page, "challenge-mail");
    await mailbox.bringToFront();
    const shown = mailbox.locator("code.big").first();
    await shown.waitFor();
    const value = await shown.innerText();
    await examine(mailbox, "mail");
    await page.bringToFront();
    await code(page, "000000");
    await examine(page, "challenge-wrong");
    await code(page, value);
    await page.waitForURL(at("/demo"));
    assert.equal(await heading(page), "Hello Carol Castro");
    await examine(page, "demo-in");
    await page.getByRole("button", { name: "Call userinfo" }).click();
    await page.getByRole("heading", { name: "Userinfo" }).waitFor();
    await page.getByRole("button", { name: "Refresh the tokens" }).click();
    await page.getByText("the refresh token was rotated").waitFor();

    await page.goto(at("/dev/risk"));
    await page.getByLabel("Tor", { exact: false }).check();
    await press(page, "Set the dials");
    assert.ok(await page.getByLabel("Tor", { exact: false }).isChecked());
    await page.goto(at("/demo/signin?prompt=login&login_hint=carol%40demo.test"));
    await password(page, "carol@demo.test");
    assert.notEqual(page.url(), at("/demo"), "the sign-in through Tor does not simply pass");
    await examine(page, "stepped-up");

    await page.goto(at("/dev/risk"));
    await examine(page, "risk");
    const decision = page.locator("article.decision", { hasText: "carol@demo.test" }).first();
    assert.match(await decision.innerText(), /Forced:.*tor/i);

    await consoleSaysWhy();
  });
});

/** The operator reads in the console why the sign-in was stopped, and looks around. */
async function consoleSaysWhy() {
  const page = await chromium.page();
  await page.goto(at("/console?tenant=demo"));
  await password(page, "admin@demo.test");
  await code(page, await server.totp("admin@demo.test"));
  await page.waitForURL((url) => url.pathname === "/console");
  await examine(page, "console");
  await page.goto(at("/console/decisions?tenant=demo"));
  await examine(page, "console-decisions");
  const stopped = page.locator("tbody tr", { hasText: "carol@demo.test" }).first();
  await leads(page, () => stopped.locator("a[href*='/console/decisions/']").first().click());
  const why = page.locator("table.signals");
  assert.match(await why.innerText(), /Tor/);
  await examine(page, "console-decision");
  for (const name of ["policies", "users", "users/new", "clients", "clients/new", "keys", "audit"]) {
    await page.goto(at(`/console/${name}?tenant=demo`));
    assert.ok(await page.locator("main h1").count(), `${name}: ${await page.locator("main").innerText()}`);
    await examine(page, `console-${name.replace("/", "-")}`);
  }
  await page.goto(at("/console/users?tenant=demo"));
  await leads(page, () => page.getByRole("link", { name: "carol@demo.test" }).click());
  await examine(page, "console-user");
  await page.goto(at("/console/clients?tenant=demo"));
  await leads(page, () => page.locator("tbody a").first().click());
  await examine(page, "console-client");
  await page.goto(at("/console/policies?tenant=demo"));
  await leads(page, () => page.locator("main a[href*='/console/policies/']").first().click());
  await examine(page, "console-policy");
}

const plain = { javaScriptEnabled: false };
const noScript = { scripts: false };

describe("without scripts", () => {
  test("password, mail code, consent and sign-out", async () => {
    const page = await chromium.page(plain);
    await page.goto(at("/demo/signin?prompt=consent&login_hint=carol%40demo.test"));
    await examine(page, "signin", noScript);
    await password(page, "carol@demo.test");
    await examine(page, "challenge-mail", noScript);
    await code(page, await server.mailCode("carol@demo.test"));
    await page.locator("button[name=consent][value=allow]").waitFor();
    await examine(page, "consent", noScript);
    await page.locator("button[name=consent][value=allow]").click();
    await page.waitForURL(at("/demo"));
    assert.equal(await heading(page), "Hello Carol Castro");
    await page.goto(at("/demo/signin?prompt=consent"));
    await page.locator("button[name=consent][value=deny]").click();
    await page.waitForURL(at("/demo"));
    await page.getByRole("alert").getByText("access_denied").waitFor();
    await page.goto(at("/t/demo/account"));
    await press(page, "Sign out");
    await examine(page, "signed-out", noScript);
    await page.goto(at("/t/demo/account"));
    assert.ok(await page.locator("#password").count(), "signed out");
  });

  test("TOTP, and the question whether to remember the browser", async () => {
    const page = await chromium.page(plain);
    await page.goto(at("/demo/signin?acr_values=aal2"));
    await password(page, "bob@demo.test");
    await examine(page, "challenge-totp", noScript);
    await code(page, await server.totp("bob@demo.test"));
    await page.waitForURL(at("/demo"));
    assert.equal(await claim(page, "acr"), "aal2");

    // The question comes where a tenant asks everybody for a second step.
    await server.command("tenant", "create", "strict", "--preset", "observe", "--floor", "aal2", "--layout", "combined");
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    await server.commandWith(JSON.stringify({ email: "dora@strict.test", password: PASSWORD, totp_secret: secret, email_verified: true }),
      "user", "create", "--tenant", "strict", "--from-json", "-");
    await page.goto(at("/t/strict/account"));
    await password(page, "dora@strict.test");
    await code(page, totp(secret));
    await page.locator("button[name=remember][value=yes]").waitFor();
    await examine(page, "remember", noScript);
    await leads(page, () => page.locator("button[name=remember][value=yes]").click());
    assert.equal(new URL(page.url()).pathname, "/t/strict/account");
    await examine(page, "account-remembered", noScript);
    await press(page, "Sign out");
    await page.goto(at("/t/strict/account"));
    await password(page, "dora@strict.test");
    assert.equal(new URL(page.url()).pathname, "/t/strict/account", "a remembered browser skips the second step");
  });

  test("an authenticator app is added, and a recovery code stands in for it", async () => {
    const page = await chromium.page(plain);
    await page.goto(at("/t/demo/account"));
    await password(page, "alice@demo.test");
    await code(page, await server.mailCode("alice@demo.test"));
    await page.getByRole("link", { name: /authenticator app/i }).click();
    await examine(page, "enrol-totp", noScript);
    await page.locator("summary").click();
    const secret = await page.locator("code.secret").innerText();
    await code(page, totp(secret));
    await page.locator("#codes li").first().waitFor();
    await examine(page, "recovery-codes", noScript);
    const codes = await page.locator("#codes li").allInnerTexts();
    assert.equal(codes.length, 10);
    await page.getByRole("link", { name: "I’ve kept them" }).click();
    await press(page, "Sign out");
    await page.goto(at("/demo/signin?acr_values=aal2"));
    await password(page, "alice@demo.test");
    await leads(page, () => page.locator("button[name=method][value=recovery_code]").click());
    await examine(page, "challenge-recovery", noScript);
    await code(page, codes[3]);
    await page.waitForURL(at("/demo"));
    assert.equal(await claim(page, "acr"), "aal2");
  });
});

describe("pages off the way", () => {
  test("errors, questions and the account's own pages", async () => {
    const page = await chromium.page();
    const authorize = (params) => `${server.issuer}/authorize?${new URLSearchParams(params)}`;
    await page.goto(authorize({ client_id: "demo-cli", response_type: "code", redirect_uri: "http://127.0.0.1:9/calback", scope: "openid" }));
    await examine(page, "error-redirect");
    await page.goto(authorize({ client_id: "nobody", response_type: "code", redirect_uri: "http://127.0.0.1:9/cb" }));
    await examine(page, "error-client");
    await page.goto(at("/t/demo/no-such-page"));
    await examine(page, "not-found");
    await page.goto(at("/.well-known/change-password"));
    await examine(page, "chooser");
    await page.goto(at("/"));
    await examine(page, "root");
    await signInCarol(page, "/t/demo/account");
    for (const name of ["password", "totp", "passkeys", "email"]) {
      await page.goto(at(`/t/demo/account/${name}`));
      await examine(page, `account-${name}`);
    }
    await page.goto(at("/t/demo/account/email"));
    await page.locator("#email").fill("carol@elsewhere.example");
    await leads(page, () => page.locator("#email").press("Enter"));
    await examine(page, "account-email-code");
    await page.goto(at("/t/demo/account"));
    await leads(page, () => page.getByRole("link", { name: /This wasn’t me/ }).first().click());
    await examine(page, "not-me");
    await page.goto(at("/t/demo/logout"));
    await examine(page, "sign-out-question");
    await page.goto(at("/t/demo/account"));
    await page.locator("#locale").selectOption("de");
    await leads(page, () => page.locator("form.language button").click());
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    await examine(page, "account-german");
    const words = await page.locator("main").innerText();
    assert.doesNotMatch(words, /\b[a-z]+(_[a-z]+)+\b/, "no internal name stands on the page");
  });
});

describe("by keyboard", () => {
  test("carol signs in without touching anything but keys", async () => {
    const page = await chromium.page();
    await page.goto(at("/demo/signin"));
    const focused = () => page.evaluate(() => document.activeElement.id);
    assert.equal(await focused(), "email");
    await page.keyboard.type("carol@demo.test");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "password");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.locator("#code").waitFor();
    assert.equal(await focused(), "code");
    await page.keyboard.type(await server.mailCode("carol@demo.test"));
    await page.keyboard.press("Enter");
    await page.waitForURL(at("/demo"));
    await page.goto(at("/demo/signin?prompt=login"));
    await page.keyboard.press("Shift+Tab");
    for (let n = 0; n < 30; n += 1) {
      const visible = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return document.activeElement === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none";
      });
      assert.ok(visible, `no focus mark on ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 120))}`);
      await page.keyboard.press("Tab");
    }
  });
});

describe("an app on another origin", () => {
  test("gets its answer after the forms, in query, fragment and form_post", async () => {
    const got = [];
    const app = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += part)).on("end", () => {
        if (request.url.startsWith("/callback")) got.push({ method: request.method, url: request.url, body });
        response.setHeader("content-type", "text/html");
        response.end("<!doctype html><title>app</title><h1>the app</h1>");
      });
    });
    await new Promise((done) => app.listen(0, "127.0.0.1", done));
    try {
      const redirect = `http://127.0.0.1:${app.address().port}/callback`;
      for (const mode of ["query", "fragment", "form_post"]) {
        const page = await chromium.page();
        const params = new URLSearchParams({
          client_id: "demo-cli",
          response_type: "code",
          redirect_uri: redirect,
          scope: "openid",
          prompt: "login consent",
          response_mode: mode,
          code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
          code_challenge_method: "S256",
        });
        const seen = await server.mailCodes("carol@demo.test");
        await page.goto(`${server.issuer}/authorize?${params}`);
        await password(page, "carol@demo.test");
        await page.locator("#code, button[name=consent]").first().waitFor();
        if (await page.locator("#code").count()) await code(page, await server.mailCode("carol@demo.test", seen));
        await page.locator("button[name=consent][value=allow]").click();
        await page.waitForURL((url) => url.href.startsWith(redirect));
        assert.equal(await heading(page), "the app");
        const last = got.at(-1);
        if (mode === "form_post") assert.match(last.body, /code=tgc_/);
        else assert.match(page.url(), mode === "query" ? /\?code=/ : /#code=/);
        await page.context().close();
      }
    } finally {
      app.closeAllConnections();
      await new Promise((done) => app.close(done));
    }
  });

  // OpenID Connect Session Management 1.0: an app's page asks ours in a frame, and hears of the sign-out.
  test("learns in a frame that its visitor signed out", async () => {
    const got = [];
    const app = createServer((request, response) => {
      got.push(new URL(request.url, "http://localhost").searchParams);
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>app</title><h1>the app</h1>");
    });
    await new Promise((done) => app.listen(0, "localhost", done));
    try {
      const redirect = `http://localhost:${app.address().port}/callback`;
      const made = await server.command("client", "create", "--tenant", "demo", "--type", "web", "--redirect-uri", redirect);
      const params = new URLSearchParams({ client_id: made.client_id, response_type: "code", redirect_uri: redirect, scope: "openid" });
      const page = await chromium.page();
      const seen = await server.mailCodes("carol@demo.test");
      await page.goto(`${server.issuer}/authorize?${params}`);
      await password(page, "carol@demo.test");
      if (await page.locator("#code").count()) await code(page, await server.mailCode("carol@demo.test", seen));
      await page.waitForURL((url) => url.href.startsWith(redirect));
      const state = got.find((query) => query.has("session_state")).get("session_state");
      const { check_session_iframe: frame } = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
      const ask = (question) =>
        page.evaluate(
          async ([frame, question]) => {
            let open = document.querySelector("iframe");
            if (!open) {
              open = document.createElement("iframe");
              open.src = frame;
              await new Promise((done) => (open.addEventListener("load", done), document.body.append(open)));
            }
            const answer = new Promise((done) => addEventListener("message", ({ data }) => done(data), { once: true }));
            open.contentWindow.postMessage(question, new URL(frame).origin);
            return answer;
          },
          [frame, question],
        );
      assert.equal(await ask(`${made.client_id} ${state}`), "unchanged");
      assert.equal(await ask(`another ${state}`), "changed");
      assert.equal(await ask("nonsense"), "error");
      const other = await page.context().newPage();
      await other.goto(`${server.issuer}/logout`);
      await leads(other, () => other.getByRole("button", { name: "Sign out", exact: true }).click());
      assert.equal(await ask(`${made.client_id} ${state}`), "changed");
      await page.goto(frame);
      await examine(page, "check-session");
    } finally {
      app.closeAllConnections();
      await new Promise((done) => app.close(done));
    }
  });
});
