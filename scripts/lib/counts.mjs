/** How many tests passed and failed, from what test programs say. */

/** Numbers behind every occurrence of a pattern, added up. */
function sum(output, pattern) {
  return [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
}

/** Of `cargo test` and of wasm-bindgen's runner. */
export const cargoCounts = (output) => ({
  passed: sum(output, /^test result: .*?(\d+) passed/gm),
  failed: sum(output, /^test result: .*?(\d+) failed/gm),
});

/** What they say of the tests that failed: which, and why. Empty where there is none, as after an error of the compiler. */
export function cargoFailures(output) {
  const failed = output.match(/^test .* \.\.\. FAIL(?:ED)?$/gm) ?? [];
  // Up to an empty line: what follows is where in the machine code.
  const reasons = output.match(/^.*panicked at .*(?:\n[^\S\n]*\S.*)*/gm) ?? [];
  return failed.length > 0 ? [...new Set([...failed, ...reasons])].join('\n') : '';
}

/** Of node's runner with its `tap` reporter. */
export const nodeCounts = (output) => ({
  passed: sum(output, /^# pass (\d+)/gm),
  failed: sum(output, /^# fail (\d+)/gm) + sum(output, /^# cancelled (\d+)/gm),
});

/** How the line begins by which tests say that a server of theirs crashed. */
export const CRASH = 'Janus ended by itself';

/** What tests say of servers that crashed, and were started again. */
export const crashes = (output) => output.match(new RegExp(`^.*${CRASH}.*$`, 'gm')) ?? [];

/**
 * What node's runner says of the tests that failed: each with its details, without those that fail only because a
 * test within them did; and before them the servers that crashed. Empty where there is no such test, as after a crash
 * of its own.
 */
export function nodeFailures(output) {
  const failures = output.matchAll(/^( *)not ok .*\n(?:\1 {2}---\n(?:.*\n)*?\1 {2}\.\.\.$)?/gm);
  const told = [...failures].map(([text]) => text).filter((text) => !text.includes("failureType: 'subtestsFailed'"));
  return told.length > 0 ? [...crashes(output), ...told].join('\n') : '';
}

/** Details of node's runner that say nothing of why. */
const ASIDE = /^ *(?:---|\.\.\.|(?:duration_ms|type|location|failureType|code|name|stack|expected|actual|operator):.*)$/;
const GIST_LINES = 6;
const GIST_WIDTH = 160;

/** The first lines of each thing that went wrong, to be said again where everything is summed up. */
export function gist(output) {
  const parts = output.trimEnd().split(/\n(?= *not ok |test .* FAIL)/);
  return parts.flatMap((part) => part.split('\n').filter((line) => line.trim() && !ASIDE.test(line)).slice(0, GIST_LINES))
    .map((line) => line.slice(0, GIST_WIDTH)).join('\n');
}

/** A program that is one check by itself. */
export const oneCheck = () => ({ passed: 1, failed: 0 });

/**
 * What a program's end and words amount to. A crash counts as a failure even where every test that ran passed, and so
 * does running none.
 */
export function verdict(code, counts, output) {
  const { passed, failed } = code !== 0 && counts === oneCheck ? { passed: 0, failed: 1 } : counts(output);
  const broken = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: failed + (broken ? 1 : 0) };
}
