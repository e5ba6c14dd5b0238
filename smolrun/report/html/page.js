"use strict";
(() => {
  const bar = document.querySelector(".filters");
  const parts = [...document.querySelectorAll("article details")];
  const search = bar.querySelector("input");
  const apply = () => {
    const off = new Set([...bar.querySelectorAll("[aria-pressed=false]")].map((button) => button.dataset.filter));
    const wanted = search.value.trim().toLowerCase();
    for (const part of parts) {
      const text = wanted && (part.parentElement.querySelector("h4").textContent + part.textContent).toLowerCase();
      part.classList.toggle("away", off.has(part.dataset.status) || (wanted !== "" && !text.includes(wanted)));
    }
    for (const task of document.querySelectorAll("article")) {
      task.classList.toggle("away", !task.querySelector("details:not(.away)"));
    }
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button === null) return;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    apply();
  });
  search.addEventListener("input", apply);
  bar.hidden = false;
})();
