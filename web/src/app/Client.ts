import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Consent } from '../../../src/protocol/values.ts';
import { Signaling } from '../api/Signaling.ts';
import { Calls } from '../call/Calls.ts';
import { mediaChoices, openMediaChoices } from '../session/mediaChoices.ts';
import { storeConsent, storedConsent } from '../session/preferences.ts';
import { Session } from '../session/Session.ts';
import { currentLanguage } from '../words/index.ts';

/** What exists while somebody is signed in. */
export interface Connection {
  signaling: Signaling;
  calls: Calls;
}

/** A question about the checks that is on the page. */
export interface ConsentQuestion {
  answer: (choice: { check: boolean; evidence: boolean } | null) => void;
}

/** Builds the page's objects and connects them; React reads their stores. */
export class Client {
  readonly session = new Session();
  readonly connection: StoreApi<Connection | null> = createStore<Connection | null>(() => null);
  readonly question: StoreApi<ConsentQuestion | null> = createStore<ConsentQuestion | null>(() => null);

  constructor() {
    this.session.store.subscribe(({ status }) => this.#handleStatus(status === 'signed-in' || status === 'guest'));
    this.session.onAccessToken = (token) => {
      // A socket that cannot be told now is opened with the new token when it comes back.
      this.connection
        .getState()
        ?.signaling.reauthenticate(token)
        .catch(() => undefined);
    };
  }

  get #userId(): string {
    return this.session.store.getState().user?.id ?? '';
  }

  /** Asks about the checks, whatever was chosen before. Null when the question was closed without an answer. */
  askConsentAgain(): Promise<Consent | null> {
    return new Promise((resolve) => {
      this.question.setState(
        {
          answer: (choice) => {
            this.question.setState(null, true);
            resolve(choice === null ? null : storeConsent(this.#userId, choice, currentLanguage()));
          },
        },
        true,
      );
    });
  }

  knownConsent(): Consent | null {
    return storedConsent(this.#userId);
  }

  #handleStatus(signedIn: boolean): void {
    const connection = this.connection.getState();
    if (signedIn === (connection !== null)) return;
    openMediaChoices(signedIn ? this.#userId : null);
    if (connection) {
      connection.calls.close();
      connection.signaling.close();
      this.question.getState()?.answer(null);
      this.connection.setState(null, true);
      return;
    }
    const signaling = new Signaling(this.session);
    // Whether that is for good is seen by the refresh token: it works after a token that only ran out.
    signaling.on('sessionRevoked', () => void this.session.renew().catch(() => undefined));
    const calls = new Calls({
      session: this.session,
      signaling,
      askConsent: async () => this.knownConsent() ?? (await this.askConsentAgain()),
      knownConsent: () => this.knownConsent(),
      choices: mediaChoices,
    });
    this.connection.setState({ signaling, calls }, true);
  }
}
