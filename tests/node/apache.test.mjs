// Debian's Apache with mod_auth_openidc as a relying party that nobody here wrote.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Server, freePort, temporary } from "./lib/server.mjs";
import { Visitor } from "./lib/http.mjs";
import { Program } from "./lib/program.mjs";

const MODULES = "/usr/lib/apache2/modules";
const LOADED = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "include", "auth_openidc"];

let server;
let apache;

/** Where Apache lives: pages that print who Apache believes to be there. */
function configure(folder, port, client) {
  for (const name of ["htdocs", "htdocs/private", "htdocs/strong", "cache"]) mkdirSync(join(folder, name));
  chmodSync(folder, 0o755);
  const page = '<!doctype html><p>user=<!--#echo var="REMOTE_USER" --></p><p>email=<!--#echo var="OIDC_CLAIM_email" --></p><p>acr=<!--#echo var="OIDC_CLAIM_acr" --></p>';
  writeFileSync(join(folder, "htdocs/private/index.shtml"), page);
  writeFileSync(join(folder, "htdocs/strong/index.shtml"), page);
  writeFileSync(join(folder, "htdocs/index.html"), "<!doctype html><p>public page</p>");
  const modules = LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`);
  const base = `http://127.0.0.1:${port}`;
  writeFileSync(
    join(folder, "httpd.conf"),
    `
ServerRoot ${folder}
PidFile ${folder}/httpd.pid
Listen 127.0.0.1:${port}
ServerName 127.0.0.1:${port}
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:info
${modules.join("\n")}
${process.getuid() === 0 ? "User www-data\nGroup www-data" : ""}
TypesConfig /etc/mime.types
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
DirectoryIndex index.html index.shtml
DocumentRoot ${folder}/htdocs
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 8
ServerLimit 1
OIDCProviderMetadataURL ${server.issuer}/.well-known/openid-configuration
OIDCClientID ${client.client_id}
OIDCClientSecret ${client.client_secret}
OIDCRedirectURI ${base}/private/callback
OIDCDefaultLoggedOutURL ${base}/
OIDCCryptoPassphrase a-passphrase-for-this-test-alone
OIDCScope "openid email profile"
OIDCRemoteUserClaim email
OIDCPKCEMethod S256
OIDCSSLValidateServer Off
OIDCPassClaimsAs environment
<Directory ${folder}/htdocs>
  Options +Includes
  Require all granted
</Directory>
<Location /private>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /strong>
  AuthType openid-connect
  OIDCUnAuthAction auth
  OIDCPathAuthRequestParams "acr_values=aal2"
  Require claim acr:aal2
</Location>
`,
  );
  return base;
}

before(async () => {
  server = await Server.start();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const client = await server.command(
    "client", "create", "--tenant", "demo", "--type", "web", "--name", "Apache",
    "--redirect-uri", `${base}/private/callback`, "--post-logout-redirect-uri", `${base}/`,
  );
  const folder = temporary("apache");
  configure(folder, port, client);
  apache = await Program.start("/usr/sbin/apache2", ["-d", folder, "-f", join(folder, "httpd.conf"), "-DFOREGROUND"], {
    folder,
    answers: () => fetch(base).then((answer) => answer.ok, () => false),
  });
  apache.base = base;
});

after(async () => {
  await apache?.stop();
  await server?.stop();
});

/** A person with one browser at both hosts: cookies go by host and port here, as the two visitors stand for two sites. */
class Person {
  constructor() {
    this.app = new Visitor(apache.base);
    this.provider = new Visitor(server.base);
  }

  /** Opens a page of Apache's and signs in on the way when asked to. */
  async open(path, email) {
    await this.app.go(path);
    while (this.app.left) {
      await this.provider.signIn(server, this.app.left, email);
      assert.ok(this.provider.left, `stuck at ${this.provider.url}: ${this.provider.text}`);
      await this.app.go(this.provider.left);
    }
    return this.app;
  }
}

test("a page that Apache protects leads to the sign-in and then shows who it is", async () => {
  const person = new Person();
  const page = await person.open("/private/", "alice@demo.test");
  assert.equal(page.status, 200, `${page.text}\n${apache.log()}`);
  assert.match(page.text, /user=alice@demo\.test email=alice@demo\.test acr=aal1/);
  const again = await person.open("/private/", "nobody@demo.test");
  assert.match(again.text, /user=alice@demo\.test/, "the second visit needs no sign-in");
});

test("logout at Apache ends the provider's session too", async () => {
  const person = new Person();
  await person.open("/private/", "carol@demo.test");
  await person.app.go(`/private/callback?logout=${encodeURIComponent(`${apache.base}/`)}`);
  assert.ok(person.app.left?.startsWith(`${server.issuer}/logout?`), `${person.app.left}\n${apache.log()}`);
  await person.provider.go(person.app.left);
  if (!person.provider.left) await person.provider.submit("csrf", {});
  assert.ok(person.provider.left?.startsWith(`${apache.base}/`), person.provider.text);
  await person.app.go("/private/");
  await person.provider.go(person.app.left);
  assert.ok(person.provider.has("password"), "the next visit signs in anew");
});

test("a page that wants a second factor gets one", async () => {
  const person = new Person();
  const page = await person.open("/strong/", "bob@demo.test");
  assert.equal(page.status, 200, `${page.text}\n${apache.log()}`);
  assert.match(page.text, /acr=aal2/);
});
