/* The list of what was blocked, in a corner of the page. */

/** @typedef {{ kind: string, where: string, why: string, declare: string }} Thing As gate/log/explanations.py writes it. */

const STYLES = `
  :host { all: initial; position: fixed; inset: 0 0 auto auto; z-index: 2147483647; color-scheme: light dark; }
  details { max-inline-size: min(34rem, 100vw); max-block-size: 70vh; overflow: auto; box-sizing: border-box;
    font: 13px/1.4 system-ui, sans-serif; color: CanvasText; background: Canvas; border: 2px dashed #c2410c; }
  summary { padding: .4rem .6rem; cursor: pointer; }
  ul { margin: 0; padding: 0 .6rem .6rem; list-style: none; }
  li { padding-block: .4rem; border-block-start: 1px solid GrayText; overflow-wrap: anywhere; }
  pre { margin: .25rem 0 0; white-space: pre-wrap; font: 12px/1.4 ui-monospace, monospace; }
`;

/** @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [text] */
const make = (name, text = "") => Object.assign(document.createElement(name), { textContent: text });

const summary = make("summary", "consentgate: 0 blocked");
const things = make("ul");
const shown = new Set();

{
  /* As the page's code, it is in English. */
  const panel = Object.assign(make("details"), { lang: "en", dir: "ltr" });
  panel.append(summary, things);
  const host = document.createElement("consentgate-debug");
  const root = host.attachShadow({ mode: "open" });
  const styles = new CSSStyleSheet();
  styles.replaceSync(STYLES);
  root.adoptedStyleSheets = [styles];
  root.append(panel);
  document.documentElement.append(host);
}

/** Add something to the list, once.
 * @param {Thing} thing */
export const list = ({ kind, where, why, declare }) => {
  const text = [kind, where, why].join("\n");
  if (shown.has(text)) return;
  shown.add(text);
  const item = make("li");
  item.append(make("strong", kind), ` ${where}`, make("div", why));
  if (declare) item.append(make("pre", declare));
  things.append(item);
  summary.textContent = `consentgate: ${shown.size} blocked`;
};
