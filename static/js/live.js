// Keeps the part of a development page that `data-live` marks fresh: fetches the page and takes that part over.
localTimes();
const live = document.querySelector("[data-live]");
let last = live?.innerHTML;

async function refresh() {
  if (!live || document.hidden) return;
  const answer = await fetch(live.dataset.live, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(live.id);
  // Somebody reading or typing there is not disturbed.
  const busy = live.contains(document.activeElement) || live.querySelector("details[open]");
  if (!fresh || busy || fresh.innerHTML === last) return;
  last = fresh.innerHTML;
  live.replaceChildren(...fresh.childNodes);
  localTimes();
}

/** Shows times in the viewer's zone, as forms.js does on load. */
function localTimes() {
  for (const time of document.querySelectorAll("[data-live] time[datetime]:not([title])")) {
    time.title = time.textContent;
    time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  }
}

setInterval(() => refresh().catch(() => {}), 1500);
