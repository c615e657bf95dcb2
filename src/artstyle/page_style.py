"""The look of the review page."""

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --keep: #1a7f37; --relabel: #0a58ca; --drop: #b42318; }
@media (prefers-color-scheme: dark) { :root { --keep: #56d364; --relabel: #79b8ff; --drop: #ff8f85; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.45 system-ui, sans-serif; }
header, main { padding: 0.75rem 1rem; max-width: 80rem; margin: auto; }
h1 { font-size: 1.4rem; margin: 0.25rem 0; }
kbd { border: 1px solid var(--line); border-radius: 3px; padding: 0 0.3em; }
.bar { position: sticky; top: 0; z-index: 1; background: Canvas; border-bottom: 1px solid var(--line); }
.bar > div { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: end; max-width: 80rem; margin: auto;
  padding: 0.5rem 1rem; }
.bar label { display: grid; font-size: 0.85rem; }
.bar .count { margin-left: auto; font-weight: 600; }
button, select, input { font: inherit; min-height: 2.25rem; padding: 0.25rem 0.6rem; }
button { cursor: pointer; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); color: inherit; }
:focus-visible { outline: 3px solid #e8890c; outline-offset: 2px; }
main { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); }
article { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 0.9rem; align-items: start;
  border: 1px solid var(--line); border-left: 6px solid var(--line); border-radius: 8px; padding: 0.75rem;
  scroll-margin-top: 6rem; }
article[hidden] { display: none; }
article[data-choice="keep"] { border-left-color: var(--keep); }
article[data-choice="relabel"] { border-left-color: var(--relabel); }
article[data-choice="drop"] { border-left-color: var(--drop); }
article img { max-width: 160px; height: auto; background: var(--soft); }
article h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
article p { margin: 0.2rem 0; }
.styles b { white-space: nowrap; }
.scores, .note { font-size: 0.85rem; opacity: 0.85; }
article ol { margin: 0.3rem 0; padding-left: 1.3rem; font-size: 0.9rem; }
.choices { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.5rem; }
[aria-pressed="true"] { color: Canvas; font-weight: 600; }
[aria-pressed="true"]::before { content: "\\2713  "; }
[data-action="keep"][aria-pressed="true"] { background: var(--keep); }
[data-action="relabel"][aria-pressed="true"] { background: var(--relabel); }
[data-action="drop"][aria-pressed="true"] { background: var(--drop); }
@media (max-width: 34rem) {
  .bar { position: static; }
  .bar label { flex: 1 1 40%; }
  article { grid-template-columns: 1fr; scroll-margin-top: 0; }
}
"""
