"use strict";
// A viewer beside each sheet of crops: of every image two crops, chosen for the whole sheet, on either side
// of a divider. The crops are cut out of the sheet's own picture, whose layout says where they stand.
{
  const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

  function stage(sheet, row, chosen) {
    const element = copy("stage");
    const [canvas, range, divider] = element.querySelector(".pane").children;
    const outputs = element.querySelectorAll("output");
    const [, , width, height] = row.crops[0].window;
    Object.assign(canvas, { width, height });
    Object.assign(range, { max: width, value: width / 2, ariaLabel: `Divider: ${row.title}` });
    Object.assign(element.querySelector(".title"), { textContent: row.title, title: `${row.title}, ${row.note}` });
    const pen = canvas.getContext("2d");
    const paint = (crop, from, to) => {
      const [left, top] = crop.window;
      if (to > from) pen.drawImage(sheet, left + from, top, to - from, height, from, 0, to - from, height);
    };
    const draw = () => {
      const sides = chosen().map((index) => row.crops[index]);
      const cut = Number(range.value);
      paint(sides[0], 0, cut);
      paint(sides[1], cut, width);
      divider.style.left = `${(100 * cut) / width}%`;
      sides.forEach((crop, k) => (outputs[k].textContent = `${crop.label} ${crop.note}`));
      range.ariaValueText = `${cut} of ${width} pixels ${sides[0].label}, then ${sides[1].label}`;
    };
    range.addEventListener("input", draw);
    return { element, draw };
  }

  for (const figure of document.querySelectorAll("figure[data-layout]")) {
    const rows = JSON.parse(figure.dataset.layout);
    const sheet = figure.querySelector("img");
    const viewer = copy("viewer");
    const selects = [...viewer.querySelectorAll("select")];
    selects.forEach((select, k) => {
      for (const crop of rows[0].crops) select.add(new Option(crop.label));
      select.selectedIndex = Math.min(1 + k, rows[0].crops.length - 1); // the JPEG, then the first model
    });
    const stages = rows.map((row) => stage(sheet, row, () => selects.map((select) => select.selectedIndex)));
    const draw = () => stages.forEach((each) => each.draw());
    for (const select of selects) select.addEventListener("change", draw);
    viewer.querySelector(".stages").append(...stages.map((each) => each.element));
    figure.querySelector("figcaption").after(viewer);
    if (sheet.complete) draw();
    else sheet.addEventListener("load", draw);
  }

  // Crops are shown pixel for pixel, or each pixel as a square of two by two.
  const boxes = [...document.querySelectorAll(".double")];
  for (const box of boxes) {
    box.addEventListener("change", () => {
      for (const other of boxes) other.checked = box.checked;
      for (const picture of document.querySelectorAll(".crops img, .crops canvas")) {
        picture.style.width = box.checked ? `${2 * (picture.naturalWidth ?? picture.width)}px` : "";
      }
    });
  }
}
