/* Consent mode: tells the tags of Google and Microsoft what the visitor has consented to.

   This is the basic mode: the gate keeps a tag out until the visitor consents to its service, and no ping goes out
   before that. A new vendor needs a row in VENDORS, in catalogue/consent_mode.toml and in the policy's model. */

import { onChange } from "./events.js";
import { consentMode } from "./script_element.js";

/** @typedef {"granted" | "denied"} Answer */
/** @typedef {Record<string, Answer>} Answers The answer for each type of consent, by the vendor's name for that. */
/** @typedef {"default" | "update"} Command */

const page = /** @type {Record<string, any>} */ (/** @type {unknown} */ (self));

/** How each vendor is told: in the queue that its tag reads when it loads, and listens to from then on.
 * @type {Record<string, (command: Command, answers: Answers) => void>} */
const VENDORS = {
  /* Google Consent Mode v2: its tags read `arguments` objects only. */
  google: (command, answers) => {
    const queue = (page.dataLayer ??= []);
    /** @type {(...words: unknown[]) => void} */
    const gtag = function () {
      queue.push(arguments);
    };
    gtag("consent", command, answers);
    gtag("set", "ads_data_redaction", answers.ad_storage === "denied");
  },
  /* Microsoft Advertising, UET consent mode. */
  uet: (command, answers) => (page.uetq ??= []).push("consent", command, answers),
  /* Microsoft Clarity, Consent API v2, which has no default. */
  clarity: (command, answers) => {
    page.clarity ??= function () {
      (page.clarity.q ??= []).push(arguments);
    };
    if (command === "update") page.clarity("consentv2", answers);
  },
};

/** @type {Record<string, Answers>} What each vendor is told in this page. */
const told = JSON.parse(consentMode ?? "{}");

/** Tell every vendor. What the page has in the place of a queue, and what a tag does when it hears, may fail: that
 * concerns nobody else.
 * @param {Command} command
 * @param {(answers: Answers) => Answers} change */
const tellAll = (command, change) => {
  for (const [vendor, answers] of Object.entries(told)) {
    try {
      VENDORS[vendor](command, change(answers));
    } catch (error) {
      console.error(error);
    }
  }
};

/** @param {Answers} answers
 * @returns {Answers} */
const allDenied = (answers) => Object.fromEntries(Object.keys(answers).map((kind) => [kind, "denied"]));

/** Tell each vendor that everything is denied by default, and then what the visitor has consented to. Once consent
 * is taken back, everything is denied. */
export const tell = () => {
  tellAll("default", allDenied);
  tellAll("update", (answers) => answers);
  onChange(({ takesBack }) => takesBack && tellAll("update", allDenied));
};
