// Passkeys. A form with `data-passkey` = get, autofill or create fetches options from `data-options`, asks the browser,
// and sends the credential in the field `credential`. A dismissed dialog is no error.

const forms = [...document.querySelectorAll("form[data-passkey]")];
/** The request under way. A browser runs one at a time, so it is aborted before another starts. */
let running = null;

const supported = () =>
  typeof PublicKeyCredential === "function" && typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function";

async function options(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRF-Token": form.elements.csrf.value },
    credentials: "same-origin",
  });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  const body = await answer.json();
  return body.publicKey ?? body;
}

async function ask(form, mediation) {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const json = await options(form);
  controller.signal.throwIfAborted();
  const request = { signal: controller.signal };
  if (form.dataset.passkey === "create") {
    request.publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
    return navigator.credentials.create(request);
  }
  request.publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
  if (mediation) request.mediation = mediation;
  return navigator.credentials.get(request);
}

/** The fields of the page's other form that are sent along; none when the form has no such fields. */
function companions(form) {
  const ids = (form.dataset.with ?? "").split(" ").filter(Boolean);
  return ids.map((id) => document.getElementById(id)).filter(Boolean);
}

function send(form, credential) {
  if (!credential) return;
  for (const field of companions(form)) {
    if (field.type === "checkbox" && !field.checked) continue;
    const copy = Object.assign(document.createElement("input"), { type: "hidden", name: field.name, value: field.value });
    form.append(copy);
  }
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  // Without the submit event: that one starts the ceremony.
  form.submit();
}

/** Says what went wrong; silence for what the person did. */
function tell(form, error) {
  if (["NotAllowedError", "AbortError"].includes(error?.name)) return;
  const place = form.querySelector("[role=status]");
  if (!place) return;
  place.textContent = form.dataset.failed;
  place.hidden = false;
}

for (const form of forms) {
  const button = form.querySelector("button[type=submit]");
  const place = form.querySelector("[role=status]");
  if (!supported()) {
    // On the first page a password stands beside it and nothing need be said; where the passkey is the page, say so.
    if (form.dataset.passkey !== "autofill" && place) {
      place.textContent = form.dataset.unsupported;
      place.hidden = false;
    }
    continue;
  }
  button.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!companions(form).every((field) => field.reportValidity())) return;
    if (place) place.hidden = true;
    button.setAttribute("aria-disabled", "true");
    ask(form)
      .then((credential) => send(form, credential))
      .catch((error) => {
        tell(form, error);
        // Aborted means that another request is under way; it is not to be aborted in turn.
        if (error?.name !== "AbortError") autofill();
      })
      .finally(() => button.removeAttribute("aria-disabled"));
  });
}

/** Offers passkeys in the autofill of the identifier field. Waits silently until one is chosen or the page is left. */
async function autofill() {
  const form = forms.find((candidate) => candidate.dataset.passkey === "autofill");
  if (!form || !supported()) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    send(form, await ask(form, "conditional"));
  } catch {
    // Dismissed, none there, or another request took over: the page works as before.
  }
}

autofill();
// A kept page that comes back has a spent challenge: ask anew.
addEventListener("pageshow", (event) => {
  if (event.persisted) autofill();
});
