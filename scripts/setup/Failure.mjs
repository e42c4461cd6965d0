/** A failure that setup can explain: its message is one sentence that says what to do, printed without a stack. */
export class Failure extends Error {}

/** Debian packages are missing and we may not install them; setup gathers these into one command. */
export class MissingPackages extends Failure {
  /** @param {string[]} packages Names of Debian packages. */
  constructor(packages) {
    super(
      `Debian packages are missing: run this command and start again: sudo sh -c "apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}"`,
    );
    this.packages = packages;
  }
}
