/** A browser's long name of itself in a few words: "Firefox on Linux". */
const BROWSERS = [["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"],
  ["CriOS", "Chrome"], ["Chrome", "Chrome"], ["Safari", "Safari"]];
const SYSTEMS = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS X", "Mac"],
  ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

const named = (names, text) => names.find(([mark]) => text.includes(mark))?.[1];

/** Programs that are no browser are called what they call themselves. */
export function deviceText(agent) {
  if (!agent) return "Unknown device";
  const browser = named(BROWSERS, agent);
  const system = named(SYSTEMS, agent);
  if (!browser) return agent.split("/")[0].slice(0, 40);
  return system ? `${browser} on ${system}` : browser;
}
