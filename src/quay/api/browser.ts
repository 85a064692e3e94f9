// Browsers whose GET needs X-Requested-With, as Quay names them; their kin go by other names and are passed.
const browsers =
  /\b(?:Chrome|Firefox|Safari|MSIE|Opera|OPR|Konqueror|SeaMonkey|Camino|Galeon|K-Meleon)\/|^(?:Lynx|Links)\b/i
const others = /\b(?:HeadlessChrome|Edge?|Chromium|FxiOS|CriOS)\/|\bMobile\b/i

/** Whether a User-Agent is a browser's that must say that a script calls (BROWSER_API_CALLS_XHR_ONLY). */
export const isBrowser = (agent: string): boolean => browsers.test(agent) && !others.test(agent)
