/* Consent mode: tells the tags of Google and Microsoft what the visitor has consented to.

   This is the basic mode: the gate keeps a tag out until the visitor consents to its service, and lets no ping go
   before that. */

import { consentMode } from "./script_element.js";

/** @typedef {"granted" | "denied"} Answer */
/** @typedef {Record<string, Answer>} Answers The answer for each consent type, by the vendor's name for that. */
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
  /* Microsoft Clarity, Consent API v2. It denies by itself until it is told. */
  clarity: (command, answers) => {
    page.clarity ??= function () {
      (page.clarity.q ??= []).push(arguments);
    };
    if (command === "update") page.clarity("consentv2", answers);
  },
};

/** @type {[string, Answers][]} What each vendor is told. */
const told = Object.entries(JSON.parse(consentMode ?? "{}"));

/** @param {Answers} answers
 * @returns {Answers} */
const allDenied = (answers) => Object.fromEntries(Object.keys(answers).map((type) => [type, "denied"]));

/** Tell each vendor that all is denied by default, and then what the visitor has consented to. */
export const tell = () => {
  for (const [vendor, answers] of told) {
    VENDORS[vendor]("default", allDenied(answers));
    VENDORS[vendor]("update", answers);
  }
};

/** Tell each vendor that all is denied from now on. */
export const deny = () => {
  for (const [vendor, answers] of told) VENDORS[vendor]("update", allDenied(answers));
};
