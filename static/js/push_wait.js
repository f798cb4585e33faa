// Asks whether the device has answered, and loads the page again when it has. Without scripts the link does the same.

const place = document.querySelector("[data-push-state]");
const ask = async () => {
  const answer = await fetch(place.dataset.pushState, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  const { state } = await answer.json();
  if (state !== "waiting") location.reload();
};
if (place) setInterval(() => ask().catch(() => {}), 2_000);
