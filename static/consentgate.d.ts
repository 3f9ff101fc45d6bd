/** What the gate offers to the code of a page: the global `consentgate`. See docs/page-code.md. */
export interface Consentgate {
  /**
   * Say whether the visitor has consented to the category or service with this id, as far as this page was made for
   * it: what is allowed later counts from the next page on. What is necessary is always allowed.
   */
  allows(id: string): boolean;

  /**
   * Call `listener` when the visitor has decided anew, here or in another tab. Where consent is taken back, that is
   * before the page goes.
   */
  on(event: "change", listener: (change: Change) => void): void;

  /** Show the visitor the choices: in this page where it asks, else on the page of the settings. */
  show(): void;

  /** Call each function, with this object. Before it is there, an array in its place takes them. */
  push(...acts: Act[]): void;
}

export interface Change {
  /** True where consent is taken back, or may have been in another tab. */
  readonly takesBack: boolean;
}

export type Act = (consentgate: Consentgate) => void;

declare global {
  interface Window {
    consentgate?: Consentgate | Act[];
  }
}
