// Makes the browser do some work before a new account's address is sent: the challenge comes from `data-challenge`, a worker finds
// the answer, and the form carries it in the field `altcha`. Without an answer the form is sent all the same.

const form = document.querySelector("form[data-challenge]");
/** An answer that takes longer than this is not waited for. */
const PATIENCE = 30_000;

async function answer() {
  const reply = await fetch(form.dataset.challenge, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!reply.ok) throw new Error(`challenge: ${reply.status}`);
  const challenge = await reply.json();
  const worker = new Worker(form.dataset.worker, { type: "module" });
  try {
    const number = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = () => reject(new Error("worker"));
      setTimeout(() => reject(new Error("time")), PATIENCE);
      worker.postMessage(challenge);
    });
    const { algorithm, challenge: hash, salt, signature } = challenge;
    return btoa(JSON.stringify({ algorithm, challenge: hash, number, salt, signature }));
  } finally {
    worker.terminate();
  }
}

const answered = answer().catch(() => "");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = form.querySelector("[data-working]");
  if (words) words.hidden = false;
  // Without the submit event: that one brings us here.
  answered.then((text) => {
    form.elements.altcha.value = text;
    form.submit();
  });
});
