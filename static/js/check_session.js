// The page that apps ask in a frame (OpenID Connect Session Management 1.0 section 3.3): "client_id session_state" comes in, and whether
// that is still the state of this browser goes out. The calculation is the server's (protocol/session_state.rs).
const cookie = document.getElementById("check-session").dataset.cookie;

function browserState() {
  const held = document.cookie.split("; ").find((pair) => pair.startsWith(`${cookie}=`));
  return held?.slice(cookie.length + 1);
}

async function sessionState(client, origin, salt) {
  const text = new TextEncoder().encode(`${client} ${origin} ${browserState()} ${salt}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const hash = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${hash}.${salt}`;
}

async function answer(question, origin) {
  const [, client, state] = /^(.+) (\S+)$/.exec(typeof question === "string" ? question : "") ?? [];
  const salt = state?.split(".")[1];
  // A browser that keeps cookies from frames can't know; "changed" would make the app ask again and again.
  if (!salt || !browserState()) return "error";
  return (await sessionState(client, origin, salt)) === state ? "unchanged" : "changed";
}

addEventListener("message", async ({ data, origin, source }) => {
  // Opaque origins have no session state, and can't be answered alone.
  if (source && /^https?:/.test(origin)) source.postMessage(await answer(data, origin), origin);
});
