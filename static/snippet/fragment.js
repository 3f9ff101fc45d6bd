/* What stands in addresses of pages. */

/** The id of the style sheet, which an address that names it does not scroll to. */
export const STYLES = "consentgate-saved";

/** The fragment of an address that says that the page's visitor has just made a choice. */
export const SAVED = "#" + STYLES;
