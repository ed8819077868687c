"use strict";
// Filters the failed questions by words, in any case and with or without accents; "#q=word" in the address does so at load.
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const sections = [...document.querySelectorAll(".failures")].map((section) => {
  const items = [...section.querySelectorAll("details.failure")];
  return { section, items, texts: items.map((item) => folded(item.textContent)), input: section.querySelector("input") };
});

function filter({ section, items, texts, input }) {
  const words = folded(input.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  items.forEach((item, i) => {
    item.hidden = !words.every((word) => texts[i].includes(word));
    shown += !item.hidden;
  });
  section.querySelector("output").textContent = words.length ? `${shown} of ${items.length} shown` : "";
}

for (const part of sections) {
  part.section.querySelector(".filter").hidden = part.items.length === 0;
  part.input.addEventListener("input", () => filter(part));
  const button = part.section.querySelector("button");
  button.addEventListener("click", () => {
    const open = button.textContent === "Open all";
    part.items.forEach((item) => { if (!item.hidden) item.open = open; });
    button.textContent = open ? "Close all" : "Open all";
  });
}

function follow() {
  const hash = location.hash.slice(1);
  if (hash.startsWith("q=")) {
    let words = hash.slice(2);
    try { words = decodeURIComponent(words); } catch { /* a stray per cent sign: search for it as it is */ }
    for (const part of sections) { part.input.value = words; filter(part); }
    return;
  }
  const target = document.getElementById(hash);
  if (target instanceof HTMLDetailsElement) { target.open = true; target.hidden = false; target.scrollIntoView(); }
}
addEventListener("hashchange", follow);
follow();
