// What the console's pages do beyond their HTML: all of it is a convenience, nothing needs it.
"use strict";

// The summary of errors comes first, also for those who don't see it.
document.getElementById("errors")?.focus();

// A form is sent once, however often somebody taps; the server ignores a second one as well.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
}
// A page from the browser's memory, after going back, can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
  }
});

// The menu closes by Escape, and when somebody goes on elsewhere.
for (const menu of document.querySelectorAll(".sections details")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// The preview follows what somebody types.
const form = document.querySelector("form[data-preview]");
const preview = document.getElementById("preview");
if (form && preview) {
  let timer = 0;
  let latest = 0;
  const refresh = async () => {
    const number = ++latest;
    const body = new URLSearchParams(new FormData(form));
    body.set("action", "preview");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "X-Fragment": "preview" } });
      const html = await answer.text();
      if (answer.ok && number === latest && !answer.redirected) preview.innerHTML = html;
    } catch {
      // Without a connection the last preview stays; the button asks again.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 400);
  });
}

// Buttons that copy a value are shown where the browser lets them.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.copied;
    });
  }
}
