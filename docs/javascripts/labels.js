// Names for what Material for MkDocs leaves without one, so that screen readers and keyboards get there.

function label(page) {
  page.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const table of page.querySelectorAll(".md-typeset__scrollwrap")) table.tabIndex = 0;
  page.querySelectorAll(".md-code__nav").forEach((nav, number) => nav.setAttribute("aria-label", `Code ${number + 1}`));
}

label(document);
new MutationObserver(() => label(document)).observe(document.body, { childList: true, subtree: true });
