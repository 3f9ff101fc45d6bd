/* The site's other tabs: they hear that a decision was made. */

export const tabs = self.BroadcastChannel && new BroadcastChannel("consentgate");
