// Reads feeds with ical.js: one JSON request a line on stdin, one JSON answer a line on stdout.
//
// Request: {feed, end}, end in seconds since 1970. Answer: {instances} with everything that can start before end
// (the caller cuts it to its span), or {error}.
//
// No zone is registered with ICAL.TimezoneService: it outlives the feed, and ical.js finds the feed's own VTIMEZONE first.

import { createInterface } from "node:readline";
import ICAL from "ical.js";

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
}

function answer({ feed, end }) {
  try {
    return { instances: instances(feed, end) };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

function instances(feed, end) {
  const calendar = new ICAL.Component(ICAL.parse(feed));
  if (calendar.name !== "vcalendar") throw new Error("not one VCALENDAR");
  const components = calendar.getAllSubcomponents("vevent");
  const overrides = components.filter((component) => component.hasProperty("recurrence-id"));
  return components
    .filter((component) => !component.hasProperty("recurrence-id"))
    .flatMap((component) => expand(component, overrides, end));
}

function expand(component, overrides, end) {
  // Left to itself ICAL.Event takes every override in the calendar, whatever its UID.
  const uid = component.getFirstPropertyValue("uid");
  const exceptions = overrides.filter((override) => override.getFirstPropertyValue("uid") === uid);
  const event = new ICAL.Event(component, { exceptions });
  if (!event.isRecurring()) return [instance(event, event.startDate, event.endDate)];

  // An instance after the end may have been moved to before it.
  const moved = exceptions.map((override) => override.getFirstPropertyValue("recurrence-id").toUnixTime());
  const last = Math.max(end, ...moved);
  const found = [];
  const iterator = event.iterator();
  for (let time = iterator.next(); time && time.toUnixTime() <= last; time = iterator.next()) {
    const { item, startDate, endDate } = event.getOccurrenceDetails(time);
    found.push(instance(item, startDate, endDate));
  }
  return found;
}

function instance(event, start, end) {
  const status = event.component.getFirstPropertyValue("status");
  return [moment(start), moment(end), event.uid, event.summary ?? "", event.description ?? "", status ?? ""];
}

function moment(time) {
  if (time.isDate) return time.toString();
  if (time.zone === ICAL.Timezone.localTimezone) throw new Error(`floating time ${time}`);
  return time.convertToZone(ICAL.Timezone.utcTimezone).toString();
}
