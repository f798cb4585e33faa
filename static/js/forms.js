// Small helps for forms that work without: show a password, send once, local times, the resend countdown, `/` for search.

for (const button of document.querySelectorAll("button[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  if (!field) continue;
  button.hidden = false;
  const show = (on) => {
    field.type = on ? "text" : "password";
    button.setAttribute("aria-pressed", String(on));
  };
  button.addEventListener("click", () => show(field.type === "password"));
  // Password managers save what a password field holds.
  field.form?.addEventListener("submit", () => show(false));
}

// A second click while the first is under way would count as a second try.
for (const form of document.querySelectorAll("form[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // Back to a page that the browser kept: the form may be sent again.
  addEventListener("pageshow", () => {
    sent = false;
  });
}

for (const time of document.querySelectorAll("time[datetime]")) localise(time);

/** Shows a time in the viewer's zone; UTC stays in the title. */
export function localise(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime()) || time.title) return;
  time.title = time.textContent;
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
    dateStyle: "medium",
    timeStyle: "short",
  }).format(at);
}

for (const button of document.querySelectorAll("button[data-wait]")) {
  const until = Date.now() + Number(button.dataset.wait) * 1000;
  const words = button.form?.querySelector("[data-countdown]");
  const pattern = words?.textContent ?? "";
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    if (words) {
      words.hidden = left <= 0;
      words.textContent = pattern.replace(/\d+/, String(left));
    }
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}

const finder = document.querySelector("input[aria-keyshortcuts='/']");
if (finder) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    finder.focus();
  });
}
