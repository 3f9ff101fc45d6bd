/** The name of the file that `interaction/` is built into: the build puts it in this place. */
declare const INTERACTION_FILE: string;
