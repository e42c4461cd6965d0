import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookBody, type WebhookBody } from '../../src/protocol/webhooks.ts';
import { signatureOf } from '../../src/webhooks/signature.ts';

export interface Received {
  body: WebhookBody;
  headers: IncomingMessage['headers'];
  /** Whether id, time and signature fit the body. */
  genuine: boolean;
}

/** What the receiver does with a request instead of taking it. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

/** A receiver of webhooks that listens on loopback. What it takes it remembers; it can be told to misbehave. */
export class WebhookReceiver extends EventEmitter<{ received: [Received]; refused: [] }> {
  static readonly secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  readonly received: Received[] = [];
  /** Requests in all, those that were not taken too. */
  requests = 0;
  /** One for each of the next requests; afterwards all are taken. */
  readonly behaviours: Behaviour[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    super();
    this.#server = server;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  static async open(): Promise<WebhookReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WebhookReceiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Waits until so many events were taken. */
  async untilReceived(count: number): Promise<readonly Received[]> {
    while (this.received.length < count) await once(this, 'received');
    return this.received;
  }

  async untilRefused(count: number): Promise<void> {
    while (this.requests - this.received.length < count) await once(this, 'refused');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
    this.requests += 1;
    const behaviour = this.behaviours.shift();
    if (behaviour) {
      behaviour(response, request);
      this.emit('refused');
      return;
    }
    const { headers } = request;
    const body = webhookBody.parse(JSON.parse(text));
    const [id, time] = [String(headers['webhook-id']), Number(headers['webhook-timestamp'])];
    const genuine =
      id === body.id &&
      Math.abs(Date.now() / 1000 - time) < 60 &&
      headers['webhook-signature'] === signatureOf(WebhookReceiver.secret, id, time, text);
    const received = { body, headers, genuine };
    this.received.push(received);
    response.writeHead(204).end();
    this.emit('received', received);
  }
}
