// A browser without scripts: a cookie jar, redirects, and the forms of the page it is on.

import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { PASSWORD } from "./server.mjs";

const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

const agent = new Agent({ keepAlive: false });

/** One request, redirects not followed. Not `fetch`: that one announces itself as a script's request (Sec-Fetch-Mode). */
function once(url, { method, headers, body }) {
  return new Promise((done, failed) => {
    const call = request(url, { method, headers, agent }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += part)).on("error", failed).on("end", () =>
        done({ status: answer.statusCode, headers: answer.headers, text }),
      );
    });
    call.on("error", failed).end(body);
  });
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
export const decode = (text) =>
  text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, name) => {
    if (name[0] !== "#") return ENTITIES[name] ?? whole;
    const hex = name[1].toLowerCase() === "x";
    return String.fromCodePoint(parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10));
  });

const attributes = (tag) => {
  const found = {};
  for (const [, name, value] of tag.matchAll(/([a-z-]+)(?:="([^"]*)")?(?=[\s>/])/gi)) found[name] = decode(value ?? "");
  return found;
};

export function forms(html) {
  return [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([text]) => {
    const form = attributes(/<form\b[^>]*>/.exec(text)[0].slice(5));
    const fields = [...text.matchAll(/<(input|button)\b[^>]*>/g)].map(([tag, kind]) => ({ kind, ...attributes(tag.slice(kind.length + 1)) }));
    return { action: form.action, method: (form.method ?? "get").toLowerCase(), fields };
  });
}

export class Visitor {
  constructor(base) {
    this.base = base;
    this.cookies = new Map();
    this.html = "";
    this.url = base;
    this.left = null;
  }

  get text() {
    return decode(this.html.replace(/<(script|style)[\s\S]*?<\/\1>/g, "").replace(/<[^>]+>/g, " ")).replace(/\s+/g, " ").trim();
  }

  /** Whether a form of the page that stays with us has the field. */
  has(field) {
    const ours = (form) => new URL(form.action ?? "", this.url).origin === new URL(this.base).origin;
    return forms(this.html).some((form) => ours(form) && form.fields.some(({ name }) => name === field));
  }

  keep(answer) {
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [pair, ...rest] = line.split(";");
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      if (rest.some((part) => /^\s*max-age=0\s*$/i.test(part))) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  /** Follows redirects until a page, or until an address elsewhere, which is kept in `left`. */
  async go(to, { method = "GET", body, headers = {} } = {}) {
    let url = new URL(to, this.url).href;
    this.left = null;
    for (let hop = 0; hop < 12; hop += 1) {
      if (new URL(url).origin !== new URL(this.base).origin) {
        this.left = url;
        return this;
      }
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await once(url, {
        method,
        body,
        headers: {
          "user-agent": AGENT,
          accept: "text/html,application/xhtml+xml,*/*;q=0.8",
          "accept-language": "en",
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "document",
          ...(cookie ? { cookie } : {}),
          ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
          ...headers,
        },
      });
      this.keep(answer);
      this.status = answer.status;
      this.headers = answer.headers;
      this.html = answer.text;
      this.url = url;
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 399 || !location) return this;
      url = new URL(location, url).href;
      method = "GET";
      body = undefined;
      headers = {};
    }
    throw new Error(`too many redirects at ${url}`);
  }

  /** Sends the form that has `field`, with `values` in place of what stands there. */
  async submit(field, values) {
    const form = forms(this.html).find((candidate) => candidate.fields.some(({ name }) => name === field));
    assert.ok(form, `no form with ${field} at ${this.url} (${this.status}): ${this.text}`);
    const params = new URLSearchParams();
    for (const { kind, type, name, value } of form.fields) {
      if (kind === "button" || ["checkbox", "radio", "submit"].includes(type)) continue;
      if (name && !(name in values)) params.append(name, value ?? "");
    }
    for (const [name, value] of Object.entries(values)) params.append(name, value);
    return this.go(form.action, {
      method: "POST",
      body: params.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", origin: new URL(this.url).origin },
    });
  }

  /** From any address that leads to a sign-in to where it ends; mail codes, TOTP codes and the remember question are answered. */
  async signIn(server, start, email = "alice@demo.test") {
    const seen = await server.mailCodes(email);
    await this.go(start);
    if (this.has("password")) await this.submit("password", { email, password: PASSWORD });
    for (let step = 0; step < 4 && !this.left; step += 1) {
      if (this.has("code")) {
        const totp = ["bob@demo.test", "admin@demo.test"].includes(email);
        await this.submit("code", { code: totp ? await server.totp(email) : await server.mailCode(email, seen) });
      } else if (this.has("remember")) await this.submit("remember", { remember: "no" });
      else if (this.has("consent")) await this.submit("consent", { consent: "allow" });
      else break;
    }
    return this;
  }
}
