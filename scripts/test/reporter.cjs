const { writeFileSync } = require('node:fs');
const { Runner, reporters } = require('mocha');

/**
 * Mocha's "spec" reporter, which also says of tests that were tried again what went wrong the first time, and writes its counts into the file that TEST_SUMMARY names.
 */
module.exports = class SummaryReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const retried = new Map();
    runner.on(Runner.constants.EVENT_TEST_RETRY, (test, error) => retried.set(test.fullTitle(), error));
    const failed = new Set();
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test) => failed.add(test.fullTitle()));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      for (const [title, error] of retried) {
        const outcome = failed.has(title) ? 'failed before it was tried again' : 'passed when tried again';
        console.log(`${outcome}: ${title}\n${error.stack}\n`);
      }
      const { passes, failures } = this.stats;
      writeFileSync(process.env.TEST_SUMMARY, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
};
