"use strict";
// Without scripts the page is complete, so what needs them is hidden until they run.
for (const element of document.querySelectorAll(".controls")) element.hidden = false;

// Sorting: a press on a head puts the better end first, a second press the other end.
// Rows without a value stay below in both directions.
function column(cell, columns) {
  const row = cell.parentElement;
  const before = [...row.children].slice(0, [...row.children].indexOf(cell));
  const spanned = row.rowIndex > 0 ? columns.filter((head) => head.rowSpan > 1).length : 0;
  return before.length + spanned;
}
function valueOf(row, index) {
  const cell = row.children[index];
  if (cell.dataset.value !== undefined) return Number(cell.dataset.value.replace("inf", "Infinity"));
  return cell.classList.contains("text") || cell.classList.contains("name") ? cell.textContent : NaN;
}
function compare(a, b, sign) {
  const gaps = Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (gaps || a === b || Number.isNaN(a)) return gaps;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return sign * (typeof a === "string" ? a.localeCompare(b) : a < b ? -1 : 1);
}
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.querySelectorAll("th")];
  const top = [...table.tHead.rows[0].children];
  for (const head of heads.filter((cell) => cell.colSpan === 1)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    const index = column(head, top);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const start = head.dataset.best === "high" ? "descending" : "ascending";
      const other = start === "descending" ? "ascending" : "descending";
      const order = now === start ? other : start;
      for (const cell of heads) cell.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => compare(valueOf(a, index), valueOf(b, index), sign));
      table.tBodies[0].append(...rows);
    });
  }
}

// Filtering: a table of a matching set stays whole; of the others, matching models and the reference rows.
const filter = document.getElementById("filter");
function apply() {
  const text = filter.value.trim().toLowerCase();
  const parts = [...document.querySelectorAll(".part")];
  for (const part of parts) {
    if (part.dataset.set === undefined) {
      part.hidden = !part.dataset.about.toLowerCase().includes(text);
      continue;
    }
    const whole = part.dataset.set.toLowerCase().includes(text);
    let found = whole;
    for (const row of part.querySelectorAll("tbody tr")) {
      const match = whole || row.dataset.model.toLowerCase().includes(text);
      const reference = row.classList.contains("reference");
      row.hidden = !match && !reference;
      found ||= match && !reference;
    }
    part.hidden = !found;
  }
  const shown = parts.filter((part) => !part.hidden).length;
  document.getElementById("found").textContent = text ? `${shown} of ${parts.length} tables, figures and models` : "";
}
filter.addEventListener("input", apply);
if (filter.value) apply();
