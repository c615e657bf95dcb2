"""What the review page does: filter, choose, remember, write the table of corrections."""

SCRIPT = r"""
"use strict";
const main = document.querySelector("main");
const works = [...main.querySelectorAll("article")];
const classes = JSON.parse(document.getElementById("classes").textContent);
const find = (id) => document.getElementById(id);
// What the text filter looks at: all but the choices.
const texts = new Map(works.map((work) => [work,
  [...work.querySelectorAll("h2, p, li")].map((part) => part.textContent).join(" ").toLowerCase()]));
let choices = {};
let kept = true;  // where the browser keeps nothing, choices last as long as the page

function load() {
  if (!kept) return;
  try { choices = JSON.parse(localStorage.getItem(main.dataset.key)) || {}; } catch { kept = false; }
}

function save() {
  try { localStorage.setItem(main.dataset.key, JSON.stringify(choices)); kept = true; } catch { kept = false; }
  find("kept").hidden = kept;
}

function fill(select, names) {
  for (const name of names) select.add(new Option(name.replaceAll("_", " "), name));
}

function show(work) {
  const [action, label] = choices[work.dataset.painting] || [];
  work.dataset.choice = action || "";
  if (action === "relabel") work.querySelector("select").value = label;
  for (const button of work.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.action === action));
  }
}

function count() {
  const counts = { keep: 0, relabel: 0, drop: 0 };
  for (const work of works) if (work.dataset.choice) counts[work.dataset.choice] += 1;
  const decided = counts.keep + counts.relabel + counts.drop;
  const shown = works.filter((work) => !work.hidden).length;
  const parts = Object.entries(counts).map(([action, n]) => `${n} ${action}`).join(", ");
  find("count").textContent = `${decided} of ${works.length} decided (${parts}); ${shown} shown`;
  find("download").disabled = decided === 0;
}

function decide(work, choice) {
  load();  // the page may be open twice
  if (choice) choices[work.dataset.painting] = choice;
  else delete choices[work.dataset.painting];
  save();
  show(work);
  count();
}

// The same choice again takes it back.
function choose(work, action) {
  const select = work.querySelector("select");
  // With its label, a kept work stays as it is shown, whatever folders, style map or earlier corrections say.
  const label = { keep: work.dataset.label, relabel: select.value, drop: "" }[action];
  if (action === "relabel" && !label) { select.focus(); return; }
  const [before, labelBefore] = choices[work.dataset.painting] || [];
  decide(work, before === action && labelBefore === label ? null : [action, label]);
}

function filter() {
  const words = find("text").value.toLowerCase().split(/\s+/).filter(Boolean);
  const given = find("given").value, likely = find("likely").value, choice = find("choice").value;
  for (const work of works) {
    work.hidden = Boolean(given && work.dataset.label !== given) || Boolean(likely && work.dataset.likely !== likely) ||
      Boolean(choice && (work.dataset.choice || "none") !== choice) ||
      !words.every((word) => texts.get(work).includes(word));
  }
  count();
}

const cell = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function table() {
  const rows = works.filter((work) => work.dataset.choice).map((work) => [
    work.dataset.painting, work.dataset.choice,
    choices[work.dataset.painting][1] || (work.dataset.choice === "keep" ? work.dataset.label : ""),
  ]);
  return [["painting", "action", "label"], ...rows].map((row) => row.map(cell).join(",") + "\n").join("");
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv;charset=utf-8" }));
  link.download = "corrections.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function step(work, by) {
  const shown = works.filter((each) => !each.hidden || each === work);
  const next = shown[shown.indexOf(work) + by];
  if (next) next.focus();
}

function press(event) {
  const work = event.target.closest("article");
  if (event.repeat && "krd".includes(event.key)) return;  // a key held down would choose and take back in turn
  if (!work || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select, input")) return;
  const does = { k: () => choose(work, "keep"), r: () => choose(work, "relabel"), d: () => choose(work, "drop"),
    n: () => step(work, 1), p: () => step(work, -1) }[event.key];
  if (does) { event.preventDefault(); does(); }
}

load();
for (const name of ["given", "likely"]) fill(find(name), classes);
for (const work of works) {
  const select = work.querySelector("select");
  select.add(new Option("choose", ""));
  fill(select, classes.filter((name) => name !== work.dataset.label));
  select.value = work.dataset.likely === work.dataset.label ? "" : work.dataset.likely;
  select.addEventListener("change", () => {
    if (work.dataset.choice !== "relabel") return;
    if (select.value) decide(work, ["relabel", select.value]);
    else show(work);  // the button takes a choice back, the menu does not
  });
  show(work);
}
main.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) choose(button.closest("article"), button.dataset.action);
});
document.addEventListener("keydown", press);
for (const id of ["given", "likely", "choice"]) find(id).addEventListener("change", filter);
find("text").addEventListener("input", filter);
find("download").addEventListener("click", download);
addEventListener("storage", () => { load(); works.forEach(show); count(); });
find("forget").addEventListener("click", () => {
  if (!confirm("Forget all choices made on this page?")) return;
  choices = {};
  save();
  works.forEach(show);
  filter();
});
filter();
"""
