// Copy, download and print what stands in the element that `data-codes` names. The buttons show only where this runs.

for (const tools of document.querySelectorAll("[data-codes]")) {
  const source = document.getElementById(tools.dataset.codes);
  if (!source) continue;
  const status = tools.querySelector("[role=status]");
  const text = () => {
    const items = [...source.querySelectorAll("li")].map((item) => item.textContent.trim());
    return items.length > 0 ? `${items.join("\n")}\n` : source.textContent;
  };
  const acts = {
    async copy() {
      await navigator.clipboard.writeText(text());
      if (status) status.textContent = tools.dataset.copied ?? "";
    },
    download() {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text()], { type: "text/plain" }));
      link.download = tools.dataset.file ?? "codes.txt";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },
    print() {
      window.print();
    },
  };
  for (const button of tools.querySelectorAll("button[data-do]")) {
    const act = acts[button.dataset.do];
    // The clipboard exists in secure contexts only.
    if (!act || (button.dataset.do === "copy" && !navigator.clipboard)) continue;
    button.hidden = false;
    button.addEventListener("click", () => Promise.resolve(act()).catch(() => {}));
  }
}
