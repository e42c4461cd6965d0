import type { Page, WebSocketRoute } from 'playwright-core';
import type { Assessment, AssessmentStatus } from '../../../src/protocol/assessment.ts';
import { socketPath, type NotificationName } from '../../../src/protocol/signaling.ts';

const againMs = 4000;

/**
 * Stands between a page and its server on the socket. What the server says of people's pictures is replaced by what
 * the script says, so that a screenshot shows each status when it is wanted; and the line can be cut.
 */
export class ScriptedLink {
  readonly #said = new Map<string, Assessment>();
  #route: WebSocketRoute | null = null;
  #cut = false;
  #timer: NodeJS.Timeout | undefined;

  /** Before the page opens. */
  static async install(page: Page): Promise<ScriptedLink> {
    const link = new ScriptedLink();
    await page.routeWebSocket(
      (url) => url.pathname.startsWith(socketPath),
      (route) => link.#handle(route),
    );
    link.#timer = setInterval(() => link.#sayAgain(), againMs);
    page.once('close', () => clearInterval(link.#timer));
    return link;
  }

  /** From now on this is what the page hears of a person. */
  say(peerId: string, assessment: Partial<Assessment> & { status: AssessmentStatus }): void {
    this.#said.set(peerId, {
      assurance: 'none',
      reason: null,
      risk: null,
      confidence: null,
      causes: [],
      scannedAt: null,
      verifiedAt: null,
      modelVersions: {},
      ...assessment,
    });
    this.#sayAgain();
  }

  /** The page hears this from its server, once. */
  tell(event: NotificationName, data: object): void {
    this.#route?.send(`42${JSON.stringify([event, data])}`);
  }

  /** Takes the connection away until `mend`. */
  cut(): void {
    this.#cut = true;
    void this.#route?.close();
  }

  mend(): void {
    this.#cut = false;
  }

  #handle(route: WebSocketRoute): void {
    if (this.#cut) {
      void route.close();
      return;
    }
    this.#route = route;
    const server = route.connectToServer();
    server.onMessage((message) => {
      // Nor is a busy machine's want of bandwidth what the pictures are about.
      if (this.#said.size > 0 && /"(assessmentChanged|consumerLayersChanged)"/.test(String(message))) return;
      route.send(message);
    });
  }

  #sayAgain(): void {
    const scannedAt = new Date(Date.now() - 2000).toISOString();
    for (const [peerId, assessment] of this.#said) {
      const data = { peerId, assessment: { ...assessment, scannedAt: assessment.reason === null ? scannedAt : null } };
      this.tell('assessmentChanged', data);
    }
  }
}
