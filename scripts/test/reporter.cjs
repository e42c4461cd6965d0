const { writeFileSync } = require('node:fs');
const { Runner, reporters } = require('mocha');

/**
 * Mocha's "spec" reporter, which also names the tests that passed only when they were tried again, with what went wrong
 * before, and writes its counts into the file that TEST_SUMMARY names.
 */
module.exports = class SummaryReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const retried = new Map();
    runner.on(Runner.constants.EVENT_TEST_RETRY, (test, error) => retried.set(test.fullTitle(), error));
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test) => retried.delete(test.fullTitle()));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      for (const [title, error] of retried) console.log(`passed when tried again: ${title}\n${error.stack}\n`);
      const { passes, failures } = this.stats;
      writeFileSync(process.env.TEST_SUMMARY, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
};
