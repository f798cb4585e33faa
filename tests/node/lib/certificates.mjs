// Certificates by the openssl program: an authority, what it signs, and certificates that nobody signed.

import { execFileSync } from "node:child_process";
import { X509Certificate, createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SETTINGS = `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
`;

/** A certificate and its private key, as PEM and as files. */
class Certificate {
  constructor(folder, file) {
    this.files = { key: join(folder, `${file}.key`), cert: join(folder, `${file}.pem`) };
  }

  get key() {
    return readFileSync(this.files.key, "utf8");
  }

  get cert() {
    return readFileSync(this.files.cert, "utf8");
  }

  get der() {
    return new X509Certificate(this.cert).raw;
  }

  /** What tokens are bound to (RFC 8705 section 3.1). */
  get thumbprint() {
    return createHash("sha256").update(this.der).digest("base64url");
  }

  /** The public key with the certificate, as a client registers it. */
  get jwk() {
    return { ...new X509Certificate(this.cert).publicKey.export({ format: "jwk" }), x5c: [this.der.toString("base64")] };
  }
}

let made = 0;

/** Makes one in `folder`: `kind` is a section above, `subject` like /O=Acme/CN=name, `by` the certificate that signs, itself when absent. */
export function certificate(folder, kind, subject, by) {
  made += 1;
  const settings = join(folder, "openssl.cnf");
  writeFileSync(settings, SETTINGS);
  const { files } = new Certificate(folder, `certificate-${made}`);
  const signed = by ? ["-CA", by.files.cert, "-CAkey", by.files.key] : [];
  execFileSync("openssl", [
    "req", "-x509", "-config", settings, "-extensions", kind, "-subj", subject, "-days", "2", "-sha256", ...signed,
    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", files.key, "-out", files.cert,
  ], { stdio: "pipe" });
  return new Certificate(folder, `certificate-${made}`);
}
