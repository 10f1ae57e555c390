// Replaces the parts of a page that have `data-refresh`, every so many seconds. Without this script, the page shows the
// moment at which it was opened.
"use strict";
(() => {
  const seconds = () => {
    const parts = [...document.querySelectorAll("[data-refresh]")];
    return Math.min(...parts.map((part) => Number(part.dataset.refresh)).filter((number) => number > 0));
  };
  const refresh = async () => {
    // A page in the background costs the server nothing, and a part that somebody uses stays.
    if (document.hidden) return;
    const answer = await fetch(location.href, {
      credentials: "same-origin",
      headers: { "X-Dialplate-Refresh": "1" },
    }).catch(() => null);
    if (answer && answer.status === 401) return location.reload();
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-refresh][id]")) {
      const next = page.getElementById(part.id);
      if (next && !part.contains(document.activeElement) && next.innerHTML !== part.innerHTML) {
        part.replaceChildren(...document.importNode(next, true).childNodes);
      }
    }
  };
  const pause = seconds();
  if (Number.isFinite(pause)) setInterval(refresh, pause * 1000);
})();
