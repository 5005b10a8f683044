/** One run: a connection is made, disturbed as planned, and must come to a good end. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { inflict } from './plan.mjs';

const BUDGET = 20_000;
const REQUEST_TIMEOUT = 15_000;
const LIBRARY = '/dist/index.js';
/**
 * A loss may be noticed only when a request goes unanswered, and then there is the whole budget to mend it; the rest is
 * for the work itself.
 */
const PATIENCE = REQUEST_TIMEOUT + BUDGET + 10_000;
/** These are over as soon as they are there: nothing stands in the way of connecting again. */
const BRIEF = ['cleanClose', 'reset', 'stall'];

/** The plan of a run in words. */
export function describePlan({ seed, transport, fault, after, lasts, meanwhile }) {
  const name = seed === undefined ? '' : `seed ${seed}: `;
  return `${name}${fault} over ${transport} after ${after} ms for ${lasts} ms, ${meanwhile}`;
}

async function disturb(page, proxy, planned) {
  await page.evaluate((meanwhile) => globalThis.__scene.begin(meanwhile), planned.meanwhile);
  await pause(planned.after);
  inflict(planned, proxy);
  await pause(planned.lasts);
  proxy.heal();
}

/** Waits for what was begun on the way; returns what the page knows then. */
async function finalReport(page) {
  await page.waitFor('every promise to settle', () => globalThis.__scene.allSettled(), undefined, {
    timeout: PATIENCE,
  });
  return page.evaluate(() => globalThis.__scene.report());
}

function isGoodEnd(outcome, { fault }) {
  if (outcome.end === 'closed' && !BRIEF.includes(fault)) {
    assert.equal(typeof outcome.error.code, 'string', 'closed without a code');
  } else {
    assert.equal(outcome.end, 'connected', `ended as ${inspect(outcome)}`);
  }
}

function areGoodFailures(failed) {
  for (const { what, error } of failed) {
    assert.equal(typeof error?.code, 'string', `${what} failed without a code: ${inspect(error)}`);
    assert.equal(typeof error.mayHaveExecuted, 'boolean', `${what} does not say whether it was executed`);
  }
}

async function hasNoPageErrors(page) {
  const errors = await page.evaluate(() => globalThis.__witness.errors);
  const uncaught = page.complaints.filter((complaint) => complaint.startsWith('uncaught'));
  assert.deepEqual([...errors, ...uncaught], [], 'errors of the page');
}

async function go({ page, proxies, servers }, planned, module) {
  const options = { requestTimeout: REQUEST_TIMEOUT, reconnect: { budget: BUDGET } };
  const begin = { module, server: servers[planned.transport], options };
  await page.evaluate((argument) => globalThis.__scene.open(argument), begin);
  await disturb(page, proxies[planned.transport], planned);
  const outcome = await page.evaluate((ms) => globalThis.__scene.settle(ms), PATIENCE);
  isGoodEnd(outcome, planned);
  const report = await finalReport(page);
  areGoodFailures(report.failed);
  await hasNoPageErrors(page);
  if (planned.fault === 'stall') {
    assert.ok(report.sameId, 'the session has a new id after a stall');
    assert.ok(!report.story.some(({ what }) => what === 'lost'), 'a stall lost the session');
  }
}

/** What a failed run leaves behind to think about. */
async function evidence(page) {
  const report = await page.evaluate(() => globalThis.__scene.report());
  const log = await page.evaluate(() => globalThis.__scene.log());
  const seen = inspect({ ...report, complaints: page.complaints }, { depth: 6, breakLength: 110 });
  return `${seen}\nflight recorder:\n${log}`;
}

/** Plays a plan at a place of the stage; throws with the plan and all that is known when it ends badly. */
export async function play(place, planned, { module = LIBRARY } = {}) {
  try {
    await go(place, planned, module);
  } catch (error) {
    const known = await evidence(place.page).catch((silent) => `(the page says nothing: ${silent.message})`);
    const again = planned.seed === undefined ? '' : `\nagain: CHAOS_SEED=${planned.seed}`;
    throw new Error(`${describePlan(planned)}\n${error.message}${again}\n${known}`, { cause: error });
  }
}
