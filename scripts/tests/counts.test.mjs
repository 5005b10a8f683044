// What test programs say is counted right: a suite that reports too well would be worse than none.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CRASH, cargoCounts, cargoFailures, crashes, gist, nodeCounts, nodeFailures, oneCheck, verdict } from '../lib/counts.mjs';

const CARGO = `
running 3 tests
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
running 12 tests
test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 filtered out
`;

const WASM = `
test room::two_people ... ok
test sight::what_floats ... FAIL
test room::leaving ... ok

failures:

---- sight::what_floats output ----
    Invoking test: sight::what_floats
    panicked at tests/web/sight.rs:90:9:
    240 px wide, not 960
    
    Stack:
    
    web.wasm.expect_failed@http://127.0.0.1:1/test_bg.wasm:wasm-function[28300]:0x4b

test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 filtered out; finished in 1.00s
`;

const TAP = `# Subtest: calls
    # Subtest: come up
    not ok 1 - come up
      ---
      error: 'no frame'
      ...
    # Subtest: go down
    ok 2 - go down
      ---
      duration_ms: 1
      ...
    1..2
not ok 1 - calls
  ---
  failureType: 'subtestsFailed'
  ...
# fail 1
`;

describe('counting', () => {
  it('adds up the results of cargo and of wasm-bindgen', () => {
    assert.deepEqual(cargoCounts(CARGO), { passed: 13, failed: 2 });
    assert.deepEqual(cargoCounts('error: could not compile'), { passed: 0, failed: 0 });
  });

  it('counts what node cancelled as failed', () => {
    assert.deepEqual(nodeCounts('# tests 9\n# pass 5\n# fail 2\n# cancelled 1\n# skipped 1\n'), { passed: 5, failed: 3 });
  });

  it('takes a crash after passing tests for a failure', () => {
    assert.deepEqual(verdict(101, cargoCounts, 'test result: ok. 3 passed; 0 failed;\n'), { passed: 3, failed: 1 });
    assert.deepEqual(verdict(null, oneCheck, ''), { passed: 0, failed: 1 });
  });

  it('takes running nothing for a failure', () => {
    assert.deepEqual(verdict(0, nodeCounts, '# pass 0\n# fail 0\n'), { passed: 0, failed: 1 });
  });

  it('does not count a failing test twice', () => {
    assert.deepEqual(verdict(101, cargoCounts, CARGO), { passed: 13, failed: 2 });
    assert.deepEqual(verdict(0, oneCheck, ''), { passed: 1, failed: 0 });
  });

  it('shows the tests that failed, and nothing else', () => {
    assert.deepEqual(cargoFailures(WASM).split('\n'), [
      'test sight::what_floats ... FAIL', '    panicked at tests/web/sight.rs:90:9:', '    240 px wide, not 960',
    ]);
    assert.equal(cargoFailures('error: could not compile'), '');
    assert.equal(nodeFailures(TAP), "    not ok 1 - come up\n      ---\n      error: 'no frame'\n      ...");
    assert.equal(nodeFailures('node crashed'), '');
    const crash = `# ${CRASH}: janus was ended by SIGABRT`;
    assert.deepEqual(crashes(`# pass 3\n${crash}\n# pass 4`), [crash]);
    assert.equal(nodeFailures(`${crash}\n${TAP}`).split('\n')[0], crash);
  });

  it('says again why, in a few lines for each', () => {
    const one = (at, reason) => `    not ok ${at} - one\n      ---\n      duration_ms: 1\n      error: |-\n        ${reason}\n      ...`;
    const long = `${Array.from({ length: 20 }, (_, at) => `word ${at}`).join('\n        ')} ${'x'.repeat(500)}`;
    const lines = gist(`${one(1, long)}\n${one(2, 'no frame')}\n`).split('\n');
    assert.deepEqual(lines.filter((line) => line.includes('not ok')).length, 2);
    assert.equal(lines.at(-1).trim(), 'no frame');
    assert.deepEqual(lines.slice(0, 3).map((line) => line.trim()), ['not ok 1 - one', 'error: |-', 'word 0']);
    assert.ok(lines.length < 12 && lines.every((line) => line.length <= 160), lines.join('\n'));
  });
});
