/**
 * The style sheet of the page: system fonts, light, dark and print colours, no layout that needs a wide screen. Contains
 * neither `<` nor `&`, so that it may stand in a style element of HTML and XML alike.
 */
export const style = `
:root {
  --paper: #fdfcf9; --ink: #1d1c1a; --muted: #625e57; --rule: #ddd8cd; --tint: #f4f1ea; --accent: #7a3b12;
  --wrong: #a3161b; --cell: 199 119 20;
  --c0: #0b63a5; --c1: #bf4a00; --c2: #007a5e; --c3: #a3477f; --c4: #6a5acd; --c5: #6b6200;
  --serif: ui-serif, 'Iowan Old Style', 'Palatino Linotype', Palatino, Charter, Georgia, serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  --mono: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace;
  color-scheme: light dark;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #171614; --ink: #ece8e0; --muted: #a8a196; --rule: #3a3731; --tint: #211f1c; --accent: #e8a46c;
    --wrong: #ff8b82; --cell: 214 140 52;
    --c0: #6db7f2; --c1: #ff9a57; --c2: #4fcfa9; --c3: #ee9cc8; --c4: #b3a7ff; --c5: #d6c94a;
  }
}
.run-0 { --run: var(--c0); } .run-1 { --run: var(--c1); } .run-2 { --run: var(--c2); }
.run-3 { --run: var(--c3); } .run-4 { --run: var(--c4); } .run-5 { --run: var(--c5); }
* { box-sizing: border-box; }
html { font: 100%/1.5 var(--sans); color: var(--ink); background: var(--paper); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 3rem clamp(1rem, 4vw, 3rem) 2rem; max-width: 68rem; overflow-wrap: break-word; }
.definitions { position: absolute; }
h1, h2, .lead, .headline { font-family: var(--serif); font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { font-size: clamp(1.9rem, 5vw, 2.9rem); margin: 0 0 .6rem; letter-spacing: -.01em; }
h2 { font-size: 1.5rem; margin: 0 0 1rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p { margin: 0 0 .75rem; }
.kicker { margin: 0 0 .4rem; font-size: .8rem; letter-spacing: .1em; text-transform: uppercase; color: var(--accent); }
.lead { font-size: clamp(1.15rem, 2.6vw, 1.45rem); font-weight: 400; line-height: 1.35; max-width: 44rem; margin: 0 0 1.25rem; }
.runs { list-style: none; margin: 0; padding: 0; }
.runs li { margin: .2rem 0; }
.badge { font-weight: 600; overflow-wrap: anywhere; }
thead .badge { white-space: nowrap; }
.badge svg { margin-right: .35em; vertical-align: -.06em; }
.marker { fill: var(--run); stroke: var(--paper); stroke-width: 1.5; }
.muted, .note, .interval { color: var(--muted); }
.note { font-size: .875rem; max-width: 50rem; }
.interval { display: block; font-size: .85em; }
section { margin-top: 3rem; padding-top: 1.5rem; border-top: 1px solid var(--rule); }
.scroll {
  overflow-x: auto; margin: 0 0 1.25rem;
  /* A shade at the edge behind which columns are hidden; the covers travel with the table and hide it at its ends. */
  background:
    linear-gradient(to right, var(--paper) 1.5rem, transparent) left / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--paper) 1.5rem, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(to right, var(--rule), transparent) left / 1rem 100% no-repeat scroll,
    linear-gradient(to left, var(--rule), transparent) right / 1rem 100% no-repeat scroll;
}
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; min-width: min(100%, 27rem); font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; font-size: .875rem; color: var(--muted); padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem 1.5rem .45rem 0; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-size: .875rem; border-bottom-color: var(--muted); vertical-align: bottom; }
tbody th { font-weight: 400; color: var(--muted); }
.figures td { font-size: 1.06rem; }
.figures .interval { font-size: .8rem; }
.figures td { white-space: nowrap; }
.texts td { overflow-wrap: anywhere; }
.differs { font-size: .75rem; color: var(--accent); border: 1px solid currentcolor; border-radius: .6em; padding: 0 .45em; white-space: nowrap; }
.verdict { background: var(--tint); border-left: 4px solid var(--accent); padding: 1.1rem 1.4rem .6rem; margin: 0 0 1.5rem; max-width: 50rem; }
.verdict .headline { font-size: 1.2rem; line-height: 1.3; margin-bottom: .6rem; }
.verdict ul, .notice ul { margin: 0; padding-left: 1.1rem; }
.verdict li { margin-bottom: .5rem; }
.notice { margin-top: 2rem; padding: .9rem 1.2rem; border: 1px solid var(--wrong); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; font-size: .875rem; color: var(--muted); align-items: baseline; }
.bar { vertical-align: -.05em; margin: 0 .3em; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: .875rem; margin-top: .4rem; }
.case { margin: 1.75rem 0 0; }
.truth { margin-bottom: .6rem; font-size: .9375rem; }
.truth .muted { margin-left: .4em; }
.pictures { display: grid; gap: .9rem; grid-template-columns: repeat(calc(var(--runs) + 1), minmax(0, 17rem)); }
.picture { display: block; width: 100%; height: auto; border-radius: 3px; background: var(--tint); }
.surfaces { margin-top: .9rem; }
.surface { margin-top: .5rem; background: none; }
.call, .pictures .muted { display: block; }
.wrong .call { color: var(--wrong); font-weight: 600; }
.chart { display: block; width: 100%; height: auto; font: 12px var(--sans); overflow: visible; }
.chart text { fill: var(--muted); font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rule); stroke-width: 1; }
.axis { stroke: var(--muted); stroke-width: 1; }
.chance { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 4; }
.curve { fill: none; stroke: var(--run, currentcolor); stroke-width: 2; stroke-linejoin: round; }
.curve.train { stroke-width: 1.5; stroke-dasharray: 4 3; opacity: .75; }
.dot { fill: var(--run); }
.dot.train { fill: var(--paper); stroke: var(--run); stroke-width: 1; }
.joined { fill: none; stroke: var(--run); stroke-width: 1; opacity: .45; }
.seed { fill: var(--run); opacity: .55; }
.whisker { stroke: var(--run); stroke-width: 2; opacity: .6; }
.best { stroke: var(--run, currentcolor); stroke-width: 1; stroke-dasharray: 1 3; }
.key { vertical-align: middle; margin-right: .35em; overflow: visible; }
.panels { display: grid; gap: 1.5rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); margin-bottom: 1.75rem; }
.panels figure { max-width: 34rem; }
.panels figcaption { margin: 0 0 .5rem; }
.verdicts { display: grid; gap: 2rem 3.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); align-items: start; }
.verdicts > figure { max-width: 30rem; }
.matrix { margin-bottom: 1.5rem; }
.matrix .scroll { margin-top: .25rem; }
.matrix td, .matrix tbody th { padding: .3rem .3rem .3rem 0; border: 0; }
.matrix caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.cell { display: block; min-width: 7rem; padding: .5rem .75rem; border-radius: 3px; background: rgb(var(--cell) / calc(.06 + .34 * var(--share))); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.cell .value { font-size: 1.4rem; }
.cell .interval { color: inherit; }
.operation { white-space: nowrap; }
.relabelled { color: var(--accent); font-weight: 600; }
.steps { margin: .25rem 0 0; padding: 0; list-style: none; font-size: .8125rem; color: var(--muted); overflow-wrap: anywhere; }
.steps li { margin: 0 0 .15rem .75rem; text-indent: -.75rem; line-height: 1.35; }
.steps .operation { font-weight: 600; color: var(--ink); white-space: normal; }
.undone { text-decoration: line-through; }
.case > details { margin-top: .75rem; }
details { margin: 0 0 .6rem; }
summary { cursor: pointer; }
pre, code { font-family: var(--mono); font-size: .8125rem; }
pre { background: var(--tint); padding: 1rem; margin: .5rem 0 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; }
.paths { font-size: .875rem; padding-left: 1.2rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--rule); font-size: .875rem; color: var(--muted); }
.facts { display: grid; gap: .2rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); margin: 0; }
.facts div { display: flex; gap: .75rem; }
.facts dt { color: var(--muted); flex: 0 0 4.5rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.group { margin: 1.75rem 0 .75rem; font-family: var(--serif); font-size: 1.15rem; }
.outcome { font: .75rem var(--sans); border: 1px solid var(--rule); border-radius: .6em; padding: .1em .6em; margin-left: .4em; color: var(--muted); vertical-align: .15em; white-space: nowrap; }
.outcome.defective { color: var(--wrong); border-color: currentcolor; }
.sheet { display: grid; gap: 1.1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9rem), 1fr)); align-items: start; margin-bottom: 2rem; }
.sheet .picture { max-height: 14rem; background: none; }
.sheet.copies { border-left: 3px solid var(--rule); padding-left: 1rem; margin-bottom: 1.25rem; }
.sheet figcaption { font-size: .8125rem; line-height: 1.35; }
.sheet code { display: block; font-size: .75rem; }
@media (max-width: 40rem) {
  .facts div { display: block; }
  .sheet { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  body { padding-top: 1.75rem; }
  section { margin-top: 2.25rem; }
  th, td { padding-right: .75rem; }
  table { font-size: .9rem; }
  .pictures { grid-template-columns: repeat(var(--narrow), minmax(0, 1fr)); }
  .pictures figure:first-child { grid-column: 1 / -1; max-width: 17rem; }
  .verdict { padding: .9rem 1rem .4rem; }
  .cell { min-width: 5.5rem; padding: .4rem .5rem; }
}
@media print {
  @page { margin: 16mm 15mm; }
  :root { --paper: #fff; --tint: #f6f4ef; color-scheme: light; }
  html { font-size: 9.5pt; }
  body { padding: 0; max-width: none; }
  section { margin-top: 1.5rem; padding-top: 1rem; }
  h2, h3, caption, summary, .legend, #explanations > .note { break-after: avoid; }
  .case, figure, tr, .verdict, .matrix { break-inside: avoid; }
  .scroll { overflow: visible; background: none; }
  .pictures { grid-template-columns: repeat(calc(var(--runs) + 1), minmax(0, 5cm)); }
  .sheet { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  .pictures figure:first-child { grid-column: auto; }
  .verdict, .picture, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; height: auto; }
  pre { font-size: 7pt; }
}
`;
