// What depends on the minute, the visitor's time zone and their notation. Without it, the page says what is true all day.
// It is served without its layout, comments on lines of their own, and spaces around punctuation: see rendering.py.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = new URL("..", document.currentScript.src);
  const words = data.words;
  const groups = data.entries.map(({ times, ...each }) => {
    let from = 0;
    return times.map(([after, length]) => ({ state: "", ...each, from: (from += after * 1000), until: from + length * 1000 }));
  });
  const entries = groups.flat().sort((one, other) => one.from - other.from);
  const STORED = "icsfeed-zone";
  const REFRESH = 60 * 1000;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? Object.values(values)[0]);
  const say = (key, values) => fill(words[key], values);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // The visitor's own notation, within the language of the page.
  const languageOf = (tag) => tag.split("-")[0];
  const locale = (navigator.languages ?? []).find((tag) => languageOf(tag) === languageOf(data.locale)) ?? data.locale;
  const HALVES = languageOf(locale) === "en" ? { AM: "a.m.", PM: "p.m." } : {};
  const plain = (text) => text.split(/\s+/).map((part) => HALVES[part.toUpperCase()] ?? part).join("\u00a0");

  // Zones have names in the locales of the people who live there; where none has one, people write these.
  const NAMING = [locale, data.locale, ...["US", "GB", "AU", "NZ", "IN", "ZA", "KE", "CA"].map((each) => `en-${each}`)];
  const ABBREVIATIONS =
    "JST Asia/Tokyo,KST Asia/Seoul,KST Asia/Pyongyang,HKT Asia/Hong_Kong,CST Asia/Shanghai,CST Asia/Taipei," +
    "CST Asia/Macau,PST Asia/Manila,PKT Asia/Karachi,WIB Asia/Jakarta,WIB Asia/Pontianak,WITA Asia/Makassar," +
    "WIT Asia/Jayapura,MSK Europe/Moscow,MSK Europe/Kirov,MSK Europe/Simferopol,MSK Europe/Volgograd," +
    "ChST Pacific/Guam,ChST Pacific/Saipan,SST Pacific/Pago_Pago,MST America/Hermosillo,MST America/Mazatlan," +
    "MST America/Whitehorse,MST America/Dawson";
  const NAMES = Object.fromEntries(ABBREVIATIONS.split(",").map((each) => each.split(" ").reverse()));
  function namerOf(zone) {
    const options = { timeZone: zone, timeZoneName: "short", hour: "numeric" };
    const formats = [...new Set(NAMING)].map((each) => new Intl.DateTimeFormat(each, options));
    const nameIn = (format, at) => format.formatToParts(at).find((part) => part.type === "timeZoneName").value;
    // By the name in the first locale, the first name without a number.
    const known = new Map();
    return (at) => {
      const number = nameIn(formats[0], at);
      if (!known.has(number)) {
        const named = formats.map((each) => nameIn(each, at)).find((each) => !/\d/.test(each)) ?? NAMES[zone];
        known.set(number, named ?? number.replace("GMT", "UTC").replace("-", "−"));
      }
      return known.get(number);
    };
  }

  // Formats instants in a zone.
  function clock(zone) {
    const format = (options) => new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    const short = { weekday: "short", day: "numeric", month: "short" };
    const dayOf = format(short), datedDayOf = format({ ...short, year: "numeric" });
    const timeOf = format({ timeStyle: "short" }), weekdayOf = format({ weekday: "long" });
    const iso = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    const wall = format({ hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" });
    const date = (at) => iso.format(at);
    const written = ({ type, value }) => (type === "day" && value === "1" ? data.first : value);
    const dayIn = (format, at) => format.formatToParts(at).map(written).join("");
    const day = (at) => dayIn(date(at).startsWith(`${data.year}-`) ? dayOf : datedDayOf, at);
    const time = (at) => plain(timeOf.format(at));
    const name = namerOf(zone);
    const atMidnight = (at) =>
      wall.formatToParts(at).every((part) => !["hour", "minute", "second"].includes(part.type) || +part.value === 0);
    const lastMoment = (until) => (atMidnight(until) ? until - 1 : until);
    const days = (from, last) => (date(from) === date(last) ? day(from) : `${day(from)} – ${day(last)}`);
    const span = (from, until) => {
      const last = lastMoment(until);
      if (atMidnight(from) && atMidnight(until)) return { day: days(from, last), hours: "" };
      const first = name(from) === name(until) ? time(from) : `${time(from)}\u00a0${name(from)}`;
      const end = date(from) === date(last) ? time(until) : `${day(until)}, ${time(until)}`;
      return { day: day(from), hours: `${first} – ${end}\u00a0${name(until)}` };
    };
    const withoutEnd = (from) => ({ day: day(from), hours: say("from until notice", { time: `${time(from)}\u00a0${name(from)}` }) });
    const moment = (at) => `${day(at)}, ${time(at)}\u00a0${name(at)}`;
    const datedMoment = (at) => `${dayIn(datedDayOf, at)}, ${time(at)}\u00a0${name(at)}`;
    const weekday = (at) => (new Date(date(at)).getUTCDay() + 6) % 7;
    const wallOf = (at) => `${date(at)} ${wall.format(at)}`;
    return { zone, date, day, days, time, name, span, withoutEnd, moment, datedMoment, lastMoment, weekday, weekdayOf, wallOf };
  }

  // Not every zone is supported: a system without one calls it "Etc/Unknown", which no browser accepts.
  function clockOf(zone) {
    try {
      return zone ? clock(zone) : null;
    } catch {
      return null;
    }
  }
  // Browsers know zones that were renamed by their first name. These are the names of today.
  const RENAMED =
    "Africa/Asmara America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/Cordoba " +
    "America/Argentina/Jujuy America/Argentina/Mendoza America/Atikokan America/Indiana/Indianapolis " +
    "America/Kentucky/Louisville America/Nuuk Asia/Ho_Chi_Minh Asia/Kathmandu Asia/Kolkata Asia/Yangon " +
    "Atlantic/Faroe Europe/Kyiv Pacific/Chuuk Pacific/Kanton Pacific/Pohnpei";
  const firstName = (zone) => {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
    } catch {
      // An old browser has the first name alone.
      return "";
    }
  };
  const names = new Map(RENAMED.split(" ").map((zone) => [firstName(zone), zone]));
  const modern = (zone) => names.get(zone) ?? zone;
  const theirs = clockOf(data.zone) ?? clock("UTC");
  const own = clockOf(modern(Intl.DateTimeFormat().resolvedOptions().timeZone))?.zone;
  const knowsVendors = theirs.zone === data.zone;
  let mine = theirs;

  const same = (at) => knowsVendors && mine.wallOf(at) === theirs.wallOf(at);

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }
  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", `icon ${name}`);
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
  }
  const beside = (vendors, own) => (vendors.hours && vendors.day === own.day ? vendors.hours : written(vendors));
  const written = ({ day, hours }) => (hours ? `${day}, ${hours}` : day);

  // Writes a time in the visitor's zone, with the vendor's beside it where the clocks differ.
  function write(when, own, vendors) {
    const mine = element("span", "mine");
    mine.append(element("span", "day", own.day));
    if (own.hours) mine.append(element("span", "comma", ", "), element("span", "hours", own.hours));
    when.replaceChildren(mine);
    if (vendors) when.append(" ", element("span", "theirs", beside(vendors, own)));
  }
  const sent = (when) => {
    const text = (name) => when.querySelector(`.mine .${name}`)?.textContent ?? "";
    when.sent ??= { day: text("day"), hours: text("hours") };
    return when.sent;
  };
  function spans(from, until, whole, open) {
    if (open) return [mine.withoutEnd(from), same(from) ? null : theirs.withoutEnd(from)];
    if (!same(from) || !same(until)) return [mine.span(from, until), theirs.span(from, until)];
    return [whole ? { day: mine.days(from, until - 1), hours: "" } : mine.span(from, until), null];
  }
  function showWhen(when) {
    const { day, hours } = sent(when), from = Date.parse(when.dataset.from), until = Date.parse(when.dataset.until);
    const [own, vendors] = spans(from, until, !hours, "open" in when.dataset);
    write(when, own, vendors && (knowsVendors ? vendors : { day, hours }));
  }
  function showMoment(time) {
    time.sent ??= time.textContent;
    const at = Date.parse(time.dateTime), day = `${mine.day(at)}, `;
    time.textContent = mine.moment(at);
    if (same(at)) return;
    const vendors = knowsVendors ? theirs.moment(at) : time.sent;
    time.append(" ", element("span", "theirs", vendors.startsWith(day) ? vendors.slice(day.length) : vendors));
  }
  const showDate = (time) => (time.textContent = mine.day(Date.parse(time.dateTime)));

  // A row that stands for many occurrences: on which weekdays, and at which hours.
  function weekdaysOf(times, clock) {
    const names = new Map(times.map(({ from }) => [clock.weekday(from), clock.weekdayOf.format(from)]));
    const days = [...names.keys()].sort();
    if (days.length === 7) return words["every day"];
    const first = days.find((day) => !names.has((day + 6) % 7));
    const inRange = days.length > 2 && days.every((_, step) => names.has((first + step) % 7));
    if (inRange) return say("weekday range", { first: names.get(first), last: names.get((first + days.length - 1) % 7) });
    const listed = days.map((day) => say("weekday", { day: names.get(day) })), last = listed.pop();
    return say("weekdays", { days: listed.length ? say("and", { most: listed.join(", "), last }) : last });
  }
  function hoursOf(times, clock) {
    const parts = [];
    let before;
    for (const { from, until } of times) {
      const { day, hours } = clock.span(from, until);
      if (hours !== before) parts.push(parts.length ? say("from", { date: day, hours }) : hours);
      before = hours;
    }
    return parts.join("; ");
  }
  function showFolded(row) {
    const when = row.querySelector(".when"), { day, hours } = sent(when), { first, last } = row.dataset;
    const of = row.dataset.groups.split(" ").flatMap((place) => groups[place]).sort((one, other) => one.from - other.from);
    const times = of.filter(({ from }) => Date.parse(first) <= from && from <= Date.parse(last));
    const text = (clock) => ({ day: weekdaysOf(times, clock), hours: hoursOf(times, clock) });
    const isSame = times.every(({ from, until }) => same(from) && same(until));
    write(when, text(mine), isSame ? null : knowsVendors ? text(theirs) : { day, hours });
  }

  // Lays out the month again: in another zone, a window may fall on another day.
  function showMonth(table) {
    const templates = document.getElementById("chips");
    const chips = templates && new Map(all(".chip", templates.content).map((each) => [each.classList[1], each]));
    for (const [place, cell] of all("td:not(:empty)", table).entries()) {
      const day = `${table.dataset.month}-${String(place + 1).padStart(2, "0")}`, page = table.dataset.page ?? "";
      const here = entries.filter((each) => mine.date(each.from) <= day && day <= mine.date(mine.lastMoment(each.until)));
      cell.classList.toggle("frozen", here.some((each) => each.kind === "freeze"));
      if (!cell.classList.length) cell.removeAttribute("class");
      if (mine.date(Date.now()) === day) cell.setAttribute("aria-current", "date");
      else cell.removeAttribute("aria-current");
      const number = element(here.length ? "a" : "b", "", String(place + 1));
      if (here.length) number.setAttribute("href", `${page}#${day}`);
      const list = chips ? element("ul", "chips") : element("span");
      if (chips) list.append(...here.map((each) => chipOf(chips.get(each.kind), each, day)));
      else if (here.length) showMarks(number, list, here);
      cell.replaceChildren(number, ...(chips || here.length ? [list] : []));
      cell.here = here;
    }
  }
  function chipOf(template, each, day) {
    const chip = template.cloneNode(true), whole = each.whole && same(each.from) || !mine.span(each.from, each.until).hours;
    const starts = mine.date(each.from) === day, ends = !each.open && mine.date(each.until) === day;
    const at = starts ? mine.time(each.from) : ends ? say("until", { when: mine.time(each.until) }) : "";
    chip.classList.toggle("cancelled", each.state === "cancelled");
    chip.querySelector(".icon").replaceWith(icon(each.icon));
    chip.querySelector(".at").textContent = whole ? "" : at;
    chip.querySelector(".name").textContent = each.name;
    return chip;
  }
  function showMarks(number, list, here) {
    const kinds = [...new Set(here.map((each) => each.kind))].map((kind) => data.kinds[kind]);
    number.append(element("i", "", `: ${kinds.join(", ")}`));
    for (const name of new Set(here.map((each) => each.icon))) {
      const mark = icon(name), those = here.filter((each) => each.icon === name);
      mark.removeAttribute("aria-hidden");
      mark.setAttribute("class", name);
      mark.classList.toggle("cancelled", those.every((each) => each.state === "cancelled"));
      list.append(mark);
    }
  }
  // What happens on a day, when the pointer rests on it.
  function nameDay({ target }) {
    const cell = target.closest?.("table.month td");
    if (!cell?.here || cell.title) return;
    const line = (each) => [each.whole && same(each.from) ? "" : mine.time(each.from), each.name].filter(Boolean).join(" ");
    cell.title = cell.here.map(line).join("\n");
  }

  // A month's list has what is in it in any zone; this shows what is in it in the chosen one, and where its days begin.
  function showList(list) {
    const monthOf = (at) => mine.date(at).slice(0, 7), places = new Map();
    for (const entry of list.children) {
      const { from, until } = entry.querySelector(".when").dataset;
      const first = Date.parse(from), last = mine.lastMoment(Date.parse(until));
      entry.hidden = list.dataset.month < monthOf(first) || monthOf(last) < list.dataset.month;
      if (!entry.hidden && !places.has(mine.date(first))) places.set(mine.date(first), entry);
      entry.last = mine.date(last);
      entry.first = mine.date(first);
    }
    const visible = [...list.children].filter((each) => !each.hidden);
    all(".anchor", list).forEach((each) => each.remove());
    for (const { dataset: { day } } of all("table.month td[data-day]")) {
      const entry = places.get(day) ?? visible.find((each) => each.first <= day && day <= each.last);
      if (!entry) continue;
      const anchor = element("span", "anchor");
      anchor.id = day;
      entry.prepend(anchor);
    }
    list.hidden = !visible.length;
    list.nextElementSibling.hidden = !list.hidden;
  }

  // The current status and the next event; unknown from `listed_until` on.
  const RANK = ["emergency", "planned", "maintenance", "freeze"];
  const EFFECTS = ["outage", "degraded", "reduced-redundancy", "no-impact"];
  const isWork = (each) => each.kind !== "freeze";
  const isChange = (each) => each.kind === "emergency" || each.kind === "planned";
  function applies(each, now) {
    if (isChange(each)) return each.state === "in progress" || (each.state === "confirmed" && each.from <= now && now < each.until);
    return each.state !== "cancelled" && each.from <= now && now < each.until;
  }
  const isAhead = (each, now) => isWork(each) && each.from > now && !["cancelled", "completed", "in progress"].includes(each.state);
  function headlineOf(mood, active) {
    const headline = words[`now ${mood}`] ?? words["now open"];
    const impact = EFFECTS.find((each) => active.some(({ kind, impact }) => kind !== "freeze" && impact === each));
    return impact ? say("effect", { label: headline, value: words[`effect ${impact}`] }) : headline;
  }

  function nameOf(each) {
    const name = element("bdi", "", each.name), target = each.anchor && document.getElementById(each.anchor);
    if (!target) return name;
    const link = element("a");
    link.href = `#${each.anchor}`;
    link.append(name);
    return link;
  }
  function length(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    const days = Math.floor(hours / 24);
    const unit = (number, name) =>
      number ? new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "long" }).format(number) : "";
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
    const text = say("as of", { when: mine.datedMoment(now) }), onPaper = panel.querySelector(".on-paper");
    if (onPaper.textContent !== text) onPaper.textContent = text;
    for (const timer of all(".countdown", panel)) {
      const ahead = timer.at - now;
      timer.textContent = ahead > 0 ? say("in", { length: length(ahead) }) : words.starting;
    }
  }
  function draw(panel, mood, active, next, now) {
    panel.className = `status is-${mood}`;
    const date = document.getElementById("status-date");
    date.replaceChildren(element("span", "on-screen", words.now), element("span", "on-paper"));
    const headline = document.getElementById("status-now"), text = headlineOf(mood, active);
    if (headline.textContent.trim() !== text) headline.replaceChildren(icon(mood), element("span", "", text));
    document.getElementById("status-lines").replaceChildren(...active.map((each) => {
      const line = element("li"), text = element("span"), when = element("span", "when");
      const late = each.until <= now, note = late ? words.overdue : each.open ? words["until notice"] : "";
      when.append(element("span", "mine", note || say("until", { when: mine.moment(each.until) })));
      if (!note && knowsVendors && !same(each.until)) when.append(" ", element("span", "theirs", theirs.moment(each.until)));
      text.append(nameOf(each), " ");
      if (each.where) text.append(element("span", "where", `· ${each.where}`), " ");
      text.append(when);
      line.append(icon(each.icon), text);
      return line;
    }));
    if (!active.length) document.getElementById("status-lines").append(element("li", "", say(`now ${mood} text`, { date: data.date })));
    const box = document.getElementById("status-next"), label = box.querySelector(".eyebrow"), parts = [label];
    label.textContent = words.next;
    box.hidden = mood === "unknown";
    if (next) {
      const name = element("p", "headline"), times = element("p"), when = element("span", "when");
      name.append(icon(next.icon), nameOf(next));
      if (next.label) name.append(element("span", `badge ${next.state}`, next.label));
      const [own, vendors] = spans(next.from, next.until, next.whole);
      write(when, own, knowsVendors ? vendors : null);
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
      return clockOf(modern(localStorage.getItem(STORED)))?.zone;
    } catch {
      return null;
    }
  }
  function choose(zone) {
    mine = zone === theirs.zone ? theirs : clock(zone);
    all("[data-from]").forEach(showWhen);
    all("[data-groups]").forEach(showFolded);
    all("time.moment").forEach(showMoment);
    all("time.date").forEach(showDate);
    all("table.month[data-month]").forEach(showMonth);
    all(".agenda[data-month]").forEach(showList);
    const note = document.getElementById("zone-note");
    if (note && zone !== data.zone) note.textContent = say("embed zone", { zone: spaced(zone) });
    showStatus();
    reportHeight();
  }
  const spaced = (zone) => zone.replaceAll("_", " ");
  function offerZones(zone) {
    const input = document.getElementById("zone");
    if (!input) return;
    const supported = Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone").map(modern) : [];
    const first = [own, knowsVendors ? data.zone : "", "UTC"].filter(Boolean);
    const notes = { [data.zone]: words["zone vendor"], [own]: words["zone visitor"] };
    const offered = [...first, ...supported.sort(), zone].filter((each) => knowsVendors || each !== data.zone);
    const zones = new Map(offered.map((each) => [spaced(each), each]));
    document.getElementById("zones").append(...[...zones].map(([text, each]) => new Option(notes[each] ?? "", text)));
    // "kolkata" will do, or "new york"; an offset or an abbreviation has no rules, and is no zone.
    const simple = (text) => text.trim().toLowerCase().replace(/[\s_]+/g, " ");
    const find = (text) => {
      const names = [...zones.keys()], wanted = simple(text);
      const match = names.find((each) => simple(each) === wanted) ?? names.find((each) => simple(each).split("/").pop() === wanted);
      return zones.get(match) ?? clockOf(modern(text.trim().replace(/\s+/g, "_")))?.zone;
    };
    const problem = document.getElementById("zone-problem");
    let chosen = zone;
    const show = () => (input.value = spaced(chosen));
    show();
    input.parentElement.hidden = false;
    // The list offers what matches the text: an empty field offers every zone.
    input.addEventListener("focus", () => { input.placeholder = spaced(chosen); input.value = ""; });
    input.addEventListener("blur", () => { problem.textContent = ""; show(); });
    const accept = () => {
      const found = input.value && find(input.value);
      problem.textContent = input.value && !found ? words["zone unknown"] : "";
      if (!found || found === chosen) return;
      chosen = found;
      input.placeholder = spaced(chosen);
      try {
        localStorage.setItem(STORED, chosen);
      } catch {
        // Not stored: the next visit starts with the visitor's zone.
      }
      choose(chosen);
    };
    input.addEventListener("change", accept);
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") accept(); });
    input.addEventListener("input", () => { if (zones.has(input.value)) accept(); });
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
      for (const list of all(":scope > ul", ways)) list.hidden = false;
    }
    for (const address of all(".address")) {
      const code = address.querySelector("code"), copy = address.querySelector(".copy"), { text } = code.dataset;
      if (text) code.textContent = text.replace(/\{(.*?)\}/g, (_, path) => new URL(path, base).href);
      address.hidden = copy.hidden = false;
      copy.addEventListener("click", () => copyText(copy, code));
    }
  }
  async function copyText(button, code) {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      // Copying is not allowed: select it instead.
      getSelection().selectAllChildren(code);
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

  // A fragment may name a feed to unfold, or a kind to show alone, which a link to another language keeps.
  function openTarget() {
    let target;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      // The fragment is not valid UTF-8.
    }
    if (target instanceof HTMLDetailsElement) target.open = true;
    const kind = target?.id.startsWith("kind.") ? location.hash : "";
    for (const link of all(".kinds a")) {
      if (kind ? link.hash === kind : link.matches(".every")) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const link of all(".tools a[hreflang], .filter:not(.kinds) a")) link.hash = kind;
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

  // In a frame, the page tells the page around it how high it is.
  let reported;
  function reportHeight() {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (parent === window || height === reported) return;
    reported = height;
    parent.postMessage({ icsfeed: { height } }, "*");
  }

  // While open and visible, the page checks for a new version every minute. Most answers are 304.
  const revisionIn = (text) => /<meta name="revision" content="(\w+)">/.exec(text)?.[1];
  let checkedAt = Date.now();
  async function refresh() {
    if (document.hidden || document.activeElement.type === "email" || Date.now() - checkedAt < REFRESH) return;
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
  for (const button of all(".print")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  addEventListener("hashchange", openTarget);
  addEventListener("mouseover", nameDay);
  addEventListener("resize", reportHeight);
  document.addEventListener("visibilitychange", refresh);
  setInterval(() => {
    showStatus();
    refresh();
    reportHeight();
  }, 1000);
})();
