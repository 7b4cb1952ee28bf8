// What depends on the minute and the visitor's time zone. Without it, the page says what is true all day.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = new URL("..", document.currentScript.src);
  const words = data.words;
  const entries = data.entries.map((each) => ({ ...each, from: Date.parse(each.start), until: Date.parse(each.end) }));
  const STORED = "icsfeed-zone";
  const REFRESH = 60 * 1000;
  const say = (key, value) => words[key].replace(/\{\w+\}/, () => value);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Formats instants in a zone.
  function clock(zone) {
    const format = (options) => new Intl.DateTimeFormat(data.locale, { timeZone: zone, ...options });
    const short = { weekday: "short", day: "numeric", month: "short" };
    const dayOf = format(short), datedDayOf = format({ ...short, year: "numeric" });
    const timeOf = format({ timeStyle: "short" }), named = format({ timeZoneName: "short", hour: "numeric" });
    const iso = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    const wall = format({ hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" });
    const date = (at) => iso.format(at);
    const written = ({ type, value }) => (type === "day" && value === "1" ? data.first : value);
    const dayIn = (format, at) => format.formatToParts(at).map(written).join("");
    const day = (at) => dayIn(date(at).startsWith(`${data.year}-`) ? dayOf : datedDayOf, at);
    const time = (at) => timeOf.format(at).replace(/\s/g, "\u00a0");
    const name = (at) => named.formatToParts(at).find((part) => part.type === "timeZoneName").value;
    const atMidnight = (at) =>
      wall.formatToParts(at).every((part) => !["hour", "minute", "second"].includes(part.type) || +part.value === 0);
    const lastMoment = (until) => (atMidnight(until) ? until - 1 : until);
    const span = (from, until) => {
      const last = lastMoment(until);
      if (atMidnight(from) && atMidnight(until)) {
        return { day: date(from) === date(last) ? day(from) : `${day(from)} – ${day(last)}`, hours: "" };
      }
      const first = name(from) === name(until) ? time(from) : `${time(from)} ${name(from)}`;
      const end = date(from) === date(last) ? time(until) : `${day(until)}, ${time(until)}`;
      return { day: day(from), hours: `${first} – ${end} ${name(until)}` };
    };
    const moment = (at) => `${day(at)}, ${time(at)} ${name(at)}`;
    const datedMoment = (at) => `${dayIn(datedDayOf, at)}, ${time(at)} ${name(at)}`;
    const wallOf = (at) => `${date(at)} ${wall.format(at)}`;
    return { zone, date, day, time, name, span, moment, datedMoment, lastMoment, wallOf };
  }

  // Not every zone is supported: a system without one calls it "Etc/Unknown", which no browser accepts.
  function clockOf(zone) {
    try {
      return zone ? clock(zone) : null;
    } catch {
      return null;
    }
  }
  const theirs = clockOf(data.zone) ?? clock("UTC");
  const own = clockOf(Intl.DateTimeFormat().resolvedOptions().timeZone)?.zone;
  let mine = theirs;

  const same = (at) => theirs.zone === data.zone && mine.wallOf(at) === theirs.wallOf(at);

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }
  function icon(kind) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", `icon ${kind}`);
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#i-${kind}`);
    svg.append(use);
    return svg;
  }
  const beside = (vendors, own) => (vendors.hours && vendors.day === own.day ? vendors.hours : written(vendors));
  const written = ({ day, hours }) => (hours ? `${day}, ${hours}` : day);

  // Each time, in the visitor's zone, with the vendor's beside it as the server wrote it.
  function showWhen(when) {
    const own = when.querySelector(".mine");
    when.vendors ??= {
      nodes: [...own.childNodes],
      day: own.querySelector(".day").textContent,
      hours: own.querySelector(".hours")?.textContent ?? "",
    };
    when.querySelector(".theirs")?.remove();
    const from = Date.parse(when.dataset.from), until = Date.parse(when.dataset.until);
    if (same(from) && same(until)) {
      own.replaceChildren(...when.vendors.nodes);
      return;
    }
    const text = mine.span(from, until);
    own.replaceChildren(element("span", "day", text.day));
    if (text.hours) own.append(element("span", "comma", ", "), element("span", "hours", text.hours));
    when.append(element("span", "theirs", beside(when.vendors, text)));
  }
  function showMoment(time) {
    time.vendors ??= time.textContent;
    const at = Date.parse(time.dateTime);
    time.textContent = same(at) ? time.vendors : mine.moment(at);
    const day = `${mine.day(at)}, `, beside = time.vendors.startsWith(day) ? time.vendors.slice(day.length) : time.vendors;
    if (!same(at)) time.append(element("span", "theirs", beside));
  }

  // Lays out the month again: in another zone, a window may fall on another day.
  function showMonth(table) {
    const chips = new Map(all(".chip", document.getElementById("chips").content).map((each) => [each.classList[1], each]));
    for (const cell of all("td[data-day]", table)) {
      const day = cell.dataset.day, list = cell.querySelector(".chips");
      const here = entries.filter((each) => mine.date(each.from) <= day && day <= mine.date(mine.lastMoment(each.until)));
      cell.classList.toggle("frozen", here.some((each) => each.kind === "freeze"));
      if (!cell.classList.length) cell.removeAttribute("class");
      if (mine.date(Date.now()) === day) cell.setAttribute("aria-current", "date");
      else cell.removeAttribute("aria-current");
      list.replaceChildren(...here.map((each) => {
        const chip = chips.get(each.kind).cloneNode(true), whole = !mine.span(each.from, each.until).hours;
        const starts = mine.date(each.from) === day, ends = mine.date(each.until) === day;
        chip.classList.toggle("cancelled", each.state === "cancelled");
        chip.querySelector(".at").textContent = whole ? "" : starts ? mine.time(each.from) : ends ? `– ${mine.time(each.until)}` : "";
        chip.querySelector(".name").textContent = each.name;
        return chip;
      }));
    }
  }

  // A month's list has what is in it in any zone; this shows what is in it in the chosen one.
  function showList(list) {
    const monthOf = (at) => mine.date(at).slice(0, 7);
    for (const entry of list.children) {
      const { from, until } = entry.querySelector(".when").dataset;
      const last = mine.lastMoment(Date.parse(until));
      entry.hidden = list.dataset.month < monthOf(Date.parse(from)) || monthOf(last) < list.dataset.month;
    }
    list.hidden = [...list.children].every((each) => each.hidden);
    list.nextElementSibling.hidden = !list.hidden;
  }

  // The current status and the next event; unknown from `listed_until` on.
  const RANK = ["emergency", "planned", "maintenance", "freeze"];
  const isWork = (each) => each.kind !== "freeze";
  const isChange = (each) => each.kind === "emergency" || each.kind === "planned";
  function applies(each, now) {
    if (isChange(each)) return each.state === "in progress" || (each.state === "confirmed" && each.from <= now && now < each.until);
    return each.state !== "cancelled" && each.from <= now && now < each.until;
  }
  const isAhead = (each, now) => isWork(each) && each.from > now && !["cancelled", "completed", "in progress"].includes(each.state);

  function nameOf(each) {
    const name = element("bdi", "", each.name), target = each.anchor && document.getElementById(each.anchor);
    if (!target) return name;
    const link = element("a");
    link.href = `#${each.anchor}`;
    link.append(name);
    return link;
  }
  function until(at) {
    const text = same(at) ? theirs : mine;
    return `${text.day(at)}, ${text.time(at)} ${text.name(at)}`;
  }
  function length(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    const days = Math.floor(hours / 24);
    const unit = (number, name) =>
      number ? new Intl.NumberFormat(data.locale, { style: "unit", unit: name, unitDisplay: "long" }).format(number) : "";
    const both = (...parts) => parts.filter(Boolean).join(" ");
    if (days) return both(unit(days, "day"), unit(hours % 24, "hour"));
    if (hours) return both(unit(hours, "hour"), unit(minutes % 60, "minute"));
    return both(unit(minutes, "minute"), unit(seconds % 60, "second"));
  }

  let state;
  function showStatus() {
    const panel = document.getElementById("status");
    if (!panel) return;
    const now = Date.now(), current = now < Date.parse(data.listed_until) ? entries : [];
    const active = current.filter((each) => applies(each, now)).sort((one, other) => RANK.indexOf(one.kind) - RANK.indexOf(other.kind));
    const next = current.find((each) => isAhead(each, now));
    const mood = current !== entries ? "unknown" : active.length ? active[0].kind : "open";
    const fresh = JSON.stringify([mood, active.map((each) => [each, each.until <= now]), next, mine.zone]);
    if (fresh !== state) {
      state = fresh;
      draw(panel, mood, active, next, now);
    }
    const text = say("as of", mine.datedMoment(now)), onPaper = panel.querySelector(".on-paper");
    if (onPaper.textContent !== text) onPaper.textContent = text;
    for (const timer of all(".countdown", panel)) {
      const ahead = timer.at - now;
      timer.textContent = ahead > 0 ? say("in", length(ahead)) : words.starting;
    }
  }
  function draw(panel, mood, active, next, now) {
    panel.className = `status is-${mood}`;
    const date = document.getElementById("status-date");
    date.replaceChildren(element("span", "on-screen", words.now), element("span", "on-paper"));
    const headline = document.getElementById("status-now"), text = words[`now ${mood}`];
    if (headline.textContent.trim() !== text) headline.replaceChildren(icon(mood), element("span", "", text));
    document.getElementById("status-lines").replaceChildren(...active.map((each) => {
      const line = element("li"), text = element("span"), when = element("span", "when");
      const late = each.until <= now;
      when.append(element("span", "mine", late ? words.overdue : say("until", until(each.until))));
      if (!late && mine !== theirs && !same(each.until)) when.append(element("span", "theirs", `${theirs.moment(each.until)}`));
      text.append(nameOf(each), " ", when);
      line.append(icon(each.kind), text);
      return line;
    }));
    if (!active.length) document.getElementById("status-lines").append(element("li", "", say(`now ${mood} text`, data.date)));
    const box = document.getElementById("status-next"), parts = [box.querySelector(".eyebrow")];
    box.hidden = mood === "unknown";
    if (next) {
      const name = element("p", "headline"), times = element("p"), when = element("span", "when");
      name.append(icon(next.kind), nameOf(next));
      if (next.label) name.append(element("span", `badge ${next.state}`, next.label));
      const differs = !(same(next.from) && same(next.until)), own = differs ? mine.span(next.from, next.until) : next;
      when.append(element("span", "mine", written(own)));
      if (differs) when.append(element("span", "theirs", beside(next, own)));
      times.append(when);
      const timer = element("p", "countdown");
      timer.setAttribute("role", "timer");
      timer.at = next.from;
      parts.push(name, times, timer);
    } else if (!box.hidden) {
      parts.push(element("p", "", words["nothing next"]));
    }
    box.replaceChildren(...parts);
  }

  // The choice of zone, stored only in this browser.
  function stored() {
    try {
      return clockOf(localStorage.getItem(STORED))?.zone;
    } catch {
      return null;
    }
  }
  function choose(zone) {
    mine = zone === theirs.zone ? theirs : clock(zone);
    all("[data-from]").forEach(showWhen);
    all("time.moment").forEach(showMoment);
    all("table.month").forEach(showMonth);
    all(".agenda[data-month]").forEach(showList);
    const note = document.getElementById("zone-note");
    if (note && zone !== data.zone) note.textContent = say("embed zone", zone.replaceAll("_", " "));
    showStatus();
  }
  function offerZones(zone) {
    const select = document.getElementById("zone");
    if (!select) return;
    const option = (value, note) => new Option(value.replaceAll("_", " ") + (note ? ` (${note})` : ""), value);
    if (own) select.append(option(own, words["zone visitor"]));
    if (own !== data.zone && theirs.zone === data.zone) select.append(option(data.zone, words["zone vendor"]));
    const group = element("optgroup");
    group.label = words["zone other"];
    const supported = Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [];
    const others = new Set(["UTC", ...supported, zone]);
    others.delete(own);
    others.delete(data.zone);
    group.append(...[...others].map((each) => option(each)));
    select.append(group);
    select.value = zone;
    select.parentElement.hidden = false;
    select.addEventListener("change", () => {
      try {
        localStorage.setItem(STORED, select.value);
      } catch {
        // Not stored: the next visit starts with the visitor's zone.
      }
      choose(select.value);
    });
  }

  // Completes addresses that the page does not know.
  function completeAddresses() {
    const base = data.base ? `${data.base}/` : root.href;
    for (const ways of all("[data-path]")) {
      const https = new URL(ways.dataset.path, base).href, webcal = https.replace(/^https?:/, "webcal:");
      const values = { https: encodeURIComponent(https), webcal: encodeURIComponent(webcal), "webcal:plain": webcal };
      for (const link of all("[data-link]", ways)) {
        link.href = link.dataset.link.replace(/\{([\w:]+)\}/g, (_, name) => values[name]);
      }
      for (const complete of all(":scope > ul, .address", ways)) complete.hidden = false;
      if (!ways.matches(".ways")) continue;
      const code = ways.querySelector("code"), copy = ways.querySelector(".copy");
      code.textContent = https;
      copy.hidden = false;
      copy.addEventListener("click", () => copyText(copy, code));
    }
  }
  async function copyText(button, code) {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code); // Copying is not allowed: select it instead.
      return;
    }
    const label = button.firstChild, before = label.data;
    label.data = words.copied;
    document.getElementById("announcer").textContent = words.copied;
    setTimeout(() => {
      label.data = before;
      document.getElementById("announcer").textContent = "";
    }, 2500);
  }
  function openTarget() {
    let target;
    try {
      target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      // The fragment is not valid UTF-8.
    }
    if (target instanceof HTMLDetailsElement) target.open = true;
  }

  // The menu closes like any other: with Escape, and by a click or the focus elsewhere.
  function closeMenu(menu) {
    const isElsewhere = (event) => !menu.contains(event.relatedTarget ?? event.target);
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => { if (event.relatedTarget && isElsewhere(event)) menu.open = false; });
    addEventListener("click", (event) => { if (isElsewhere(event) || event.target.closest(".all")) menu.open = false; });
  }

  // While open and visible, the page checks for a new version every minute. Most answers are 304.
  const revisionIn = (text) => /<meta name="revision" content="(\w+)">/.exec(text)?.[1];
  let checkedAt = Date.now();
  async function refresh() {
    if (document.hidden || Date.now() - checkedAt < REFRESH) return;
    checkedAt = Date.now();
    try {
      const answer = await fetch(location.pathname, { cache: "no-cache" });
      const revision = answer.ok && revisionIn(await answer.text());
      if (revision && revision !== document.querySelector("meta[name=revision]").content) location.reload();
    } catch {
      // Offline: keep the page.
    }
  }

  const zone = stored() ?? own ?? theirs.zone;
  offerZones(zone);
  completeAddresses();
  choose(zone);
  openTarget();
  all("details.menu").forEach(closeMenu);
  addEventListener("hashchange", openTarget);
  document.addEventListener("visibilitychange", refresh);
  setInterval(() => {
    showStatus();
    refresh();
  }, 1000);
})();
