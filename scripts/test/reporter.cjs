const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

/** Mocha's "spec" reporter, which also writes its counts into the file that TEST_SUMMARY names. */
module.exports = class SummaryReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures } = this.stats;
      writeFileSync(process.env.TEST_SUMMARY, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
};
