/** Words about oneself, which only listeners hear because they are said again: for somebody who comes, and every ten seconds. */
import { until } from '../../page/lib/wait.mjs';

/** What comes sooner after what was said before is no mere repetition, ms. */
const SOONER_MS = 9_000;
/** Whoever said nothing for so long is done with what was said last, ms: it is said once more when everybody hears it. */
const QUIET_MS = 3_500;

/** Waits until a page has said what it has to say to those who are here; how often it has by then. */
export async function fallsQuiet(page, who) {
  let said;
  await until(`${who} to have said it`, async () => {
    said = await page.announced();
    return said.now - said.times.at(-1) > QUIET_MS;
  }, { explain: () => said });
  return said.times.length;
}

/** Waits until a page, which had said its words so often, said them for somebody who came: at once, and when that is heard. */
export async function saysAnew(page, who, before) {
  let times;
  await until(`${who} to say it for who came`, async () => {
    times = (await page.announced()).times.slice(before - 1);
    return times.filter((time, index) => index > 0 && time - times[index - 1] < SOONER_MS).length >= 2;
  }, { explain: () => times });
}
