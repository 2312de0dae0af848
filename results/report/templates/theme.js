// The switch between light, dark and the system's colours, and what paper needs.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("script");
  const kept = () => {
    try {
      return localStorage.getItem("wadflow-theme");
    } catch {
      return null; // a browser that keeps nothing for files
    }
  };
  const show = (theme) => {
    root.dataset.theme = theme;
    root.dispatchEvent(new CustomEvent("wadflow-theme"));
  };
  const first = kept();
  if (["light", "dark"].includes(first)) root.dataset.theme = first;
  document.addEventListener("DOMContentLoaded", () => {
    for (const input of document.querySelectorAll("input[name=theme]")) {
      input.checked = input.value === root.dataset.theme;
      input.addEventListener("change", () => {
        show(input.value);
        try {
          localStorage.setItem("wadflow-theme", input.value);
        } catch {
          // shown, though not kept
        }
      });
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(root.dataset.theme));
  });
  // Paper cannot be unfolded.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
  });
  // A link to what lies in a fold opens it.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    const fold = target?.closest("details");
    if (fold) fold.open = true;
  });
})();
