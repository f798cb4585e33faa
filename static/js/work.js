// Finds the number whose SHA-256 after the salt is the challenge, and posts it back.

const text = new TextEncoder();
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
/** Hashes that are asked for at once: the digest is asynchronous, and one at a time would mostly wait. */
const BATCH = 500;

onmessage = async ({ data: { challenge, maxnumber, salt } }) => {
  for (let from = 0; from <= maxnumber; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, maxnumber - from + 1) }, (_, offset) => from + offset);
    const hashes = await Promise.all(numbers.map((number) => crypto.subtle.digest("SHA-256", text.encode(salt + number))));
    const found = hashes.findIndex((hash) => hex(hash) === challenge);
    if (found >= 0) {
      postMessage(from + found);
      return;
    }
  }
  throw new Error("no number fits");
};
