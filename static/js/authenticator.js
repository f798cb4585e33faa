// The authenticator. Enrolment makes a key that can't be exported and signs the challenge with it; the page on the device shows what
// waits and signs every answer. Nothing here knows who the person is: the key does.

const DATABASE = "tidegate-authenticator";
/** A push service that doesn't answer is not waited for: then the device looks by itself when the page is open. */
const PATIENCE = 5_000;

const utf8 = new TextEncoder();
const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const sign = async (key, lines) =>
  base64url(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8.encode(lines.join("\n"))));

/** Runs `act` on the stored devices, by issuer. */
function stored(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("devices");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = act(opening.result.transaction("devices", mode).objectStore("devices"));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    };
  });
}

const inTime = (promise) =>
  Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("time")), PATIENCE))]);

async function subscribe({ base, serverKey }) {
  const scope = `${base}/authenticator/`;
  const registration = await navigator.serviceWorker.register(`${scope}worker.js`, { scope });
  if ((await Notification.requestPermission()) !== "granted") return null;
  await inTime(new Promise((resolve) => {
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    if (!worker || worker.state === "activated") resolve();
    else worker.addEventListener("statechange", () => worker.state === "activated" && resolve());
  }));
  const subscription = await inTime(registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: serverKey }));
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
}

async function enrol(form) {
  const { issuer, device, challenge } = form.dataset;
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const key = base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
  const signature = await sign(pair.privateKey, ["tidegate push enrolment", issuer, device, challenge]);
  const subscription = await subscribe(form.dataset).catch(() => null);
  await stored("readwrite", (devices) => devices.put({ device, key: pair.privateKey }, issuer));
  form.elements.device.value = JSON.stringify({ key, signature, subscription });
  form.submit();
}

const form = document.querySelector("form[data-push-enrol]");
if (form && globalThis.indexedDB && crypto.subtle) {
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enrol(form).catch(() => {
      form.querySelector("[data-failed]").hidden = false;
    });
  });
}

const page = document.querySelector("[data-authenticator]");

function say(name) {
  for (const words of page.querySelectorAll("[data-words]")) words.hidden = words.dataset.words !== name;
}

async function post(path, body) {
  const answer = await fetch(`${page.dataset.base}/authenticator/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json().catch(() => ({})) };
}

async function watch() {
  const { issuer } = page.dataset;
  const own = await stored("readonly", (devices) => devices.get(issuer));
  if (!own) return say("unknown");
  const card = page.querySelector("[data-request]");
  let shown = null;

  const look = async () => {
    const at = Math.floor(Date.now() / 1000);
    const signature = await sign(own.key, ["tidegate push pull", issuer, own.device, at]);
    const { status, body } = await post("pull", { device: own.device, at, signature });
    if (status === 403) return say("unknown");
    page.querySelector("[data-pass]").hidden = !body.access_pass;
    page.querySelector("[data-pass-at]").textContent = body.access_pass ?? "";
    const next = body.requests?.at(-1) ?? null;
    if (next?.id === shown?.id) return;
    shown = next;
    card.hidden = !next;
    if (!next) return;
    say("");
    for (const fact of card.querySelectorAll("[data-fact]")) fact.textContent = next[fact.dataset.fact] ?? "–";
    const number = card.querySelector("input[name=number]");
    number.value = "";
    number.focus();
  };

  const answer = async (verdict, number) => {
    const signature = await sign(own.key, ["tidegate push answer", issuer, own.device, shown.id, verdict, number]);
    const { status, body } = await post("answer", { device: own.device, request: shown.id, verdict, number, signature });
    shown = null;
    card.hidden = true;
    say(status === 200 ? body.state : "late");
  };

  const answering = card.querySelector("form");
  answering.addEventListener("submit", (event) => {
    event.preventDefault();
    answer("approve", answering.elements.number.value.trim()).catch(() => say("late"));
  });
  card.querySelector("[data-reject]").addEventListener("click", () => answer("reject", "").catch(() => say("late")));
  for (;;) {
    await look().catch(() => {});
    await new Promise((next) => setTimeout(next, 2_000));
  }
}

if (page) watch();
