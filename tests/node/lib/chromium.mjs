// Chromium as the tests use it: every page that is opened is watched for policy violations and looked at with axe.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = require("axe-core").source;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** A folder for screenshots of every page examined; none are taken without. */
const SHOTS = process.env.TIDEGATE_SHOTS;

export class Chromium {
  static async start() {
    const it = new Chromium();
    it.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    it.violations = [];
    it.examined = new Set();
    return it;
  }

  async page(options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    this.watch(page);
    return page;
  }

  watch(page) {
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) this.violations.push(`${page.url()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.violations.push(`${page.url()}: ${error}`));
  }

  /** Looks at the page as it stands: axe finds nothing and nothing is wider than the window, in light and dark, narrow and wide. */
  async examine(page, name, { scripts = true } = {}) {
    if (this.examined.has(name)) return;
    this.examined.add(name);
    if (!scripts) return this.examineCopy(page, name);
    const before = page.viewportSize();
    const focus = await page.evaluateHandle(() => document.activeElement);
    await page.evaluate(AXE);
    const found = [];
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const { violations } = await page.evaluate((rules) => axe.run({ runOnly: rules, resultTypes: ["violations"] }), RULES);
        for (const { id, nodes } of violations) for (const { target, failureSummary } of nodes) found.push(`${width} ${colorScheme} ${id} ${target}: ${failureSummary}`);
        if (SHOTS) {
          mkdirSync(SHOTS, { recursive: true });
          await page.screenshot({ path: join(SHOTS, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        }
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) found.push(`${width}: the page is ${wide} px wider than the window`);
    }
    await page.setViewportSize(before);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
    await focus.evaluate((element) => element?.focus?.());
    assert.deepEqual(found, [], `${name} at ${page.url()}`);
  }

  /** Where scripts are off, axe can't run: a page with scripts shows the very same document at the same address. */
  async examineCopy(page, name) {
    const html = (await page.content()).replace(/<script[\s\S]*?<\/script>/g, "");
    const url = page.url();
    const copy = await this.page();
    await copy.route(
      (address) => address.href === url,
      (route) => route.fulfill({ body: html, contentType: "text/html; charset=utf-8" }),
    );
    await copy.goto(url);
    await this.examine(copy, `${name}-no-script`);
    await copy.context().close();
  }

  async stop() {
    await this.browser?.close();
  }
}

/** RFC 6238 with the usual parameters. */
export function totp(secret, at = Date.now()) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/[\s=]/g, "").toUpperCase()].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** A platform authenticator that verifies its user, with the dials that tests turn. */
export async function authenticator(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  });
  return {
    present: (enabled) => cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }),
    override: (bits) => cdp.send("WebAuthn.setResponseOverrideBits", { authenticatorId, ...bits }),
    credentials: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}
