import { execFile, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { types } from 'mediasoup';
import { bindingRequest, isBindingSuccess, isStun } from './stun.ts';
import { withTimeLimit } from './timeLimit.ts';

const TIME_LIMIT_MS = 10_000;
const LOOPBACK = '127.0.0.1';
/** What browsers offer, the one that everybody has last. */
const SRTP_PROFILES = ['SRTP_AEAD_AES_256_GCM', 'SRTP_AEAD_AES_128_GCM', 'SRTP_AES128_CM_SHA1_80'];

/**
 * Lets `openssl s_client` do a DTLS-SRTP handshake with a WebRtcServer of the worker. ICE comes before it, which
 * openssl does not speak, so a relay between the two does the binding request.
 *
 * @returns The SRTP profile that was negotiated; one with AEAD GCM.
 * @throws Error when the handshake fails or another profile was negotiated.
 */
export async function checkDtls(worker: types.Worker): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'veritalk-check-'));
  const router = await worker.createRouter();
  try {
    const webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: LOOPBACK }] });
    const transport = await router.createWebRtcTransport({ webRtcServer });
    const certificate = await makeCertificate(folder);
    await transport.connect({
      dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: certificate.fingerprint }] },
    });
    return await handshake(transport, certificate);
  } finally {
    router.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Certificate {
  file: string;
  keyFile: string;
  fingerprint: string;
}

async function makeCertificate(folder: string): Promise<Certificate> {
  const file = path.join(folder, 'certificate.pem');
  const keyFile = path.join(folder, 'key.pem');
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  await promisify(execFile)('openssl', ['req', ...kind, '-subj', '/CN=check', '-keyout', keyFile, '-out', file]);
  return { file, keyFile, fingerprint: new X509Certificate(await readFile(file)).fingerprint256 };
}

async function handshake(transport: types.WebRtcTransport, certificate: Certificate): Promise<string> {
  const [toWorker, toClient] = await Promise.all([bind(), bind()]);
  try {
    await nominate(transport, toWorker);
    relay(toWorker, toClient);
    const connected = dtlsConnected(transport);
    const [profile] = await Promise.all([negotiate(toClient.address().port, certificate), connected]);
    if (!profile.includes('GCM')) throw new Error(`${profile} was negotiated instead of AEAD GCM.`);
    return profile;
  } finally {
    toWorker.close();
    toClient.close();
  }
}

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  // A worker that dies closes its port, and the kernel says so here; the worker's end is heard of otherwise.
  socket.on('error', () => undefined);
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  return socket;
}

/** Sends a binding request to the transport's candidate and waits for its answer; the socket stays connected to it. */
async function nominate(transport: types.WebRtcTransport, socket: Socket): Promise<void> {
  const candidate = transport.iceCandidates[0];
  if (!candidate) throw new Error('The worker offered no ICE candidate.');
  socket.connect(candidate.port, LOOPBACK);
  await once(socket, 'connect');
  const answer = once(socket, 'message') as Promise<[Buffer]>;
  socket.send(bindingRequest(transport.iceParameters));
  const [datagram] = await withTimeLimit(answer, TIME_LIMIT_MS, 'The worker did not answer a STUN binding request.');
  if (!isBindingSuccess(datagram)) throw new Error('The worker refused a STUN binding request.');
}

/** Passes datagrams on both ways, to whoever wrote last on the client's side. */
function relay(toWorker: Socket, toClient: Socket): void {
  let client: number | undefined;
  toClient.on('message', (datagram, from) => {
    client = from.port;
    toWorker.send(datagram);
  });
  toWorker.on('message', (datagram) => {
    if (client !== undefined && !isStun(datagram)) toClient.send(datagram, client, LOOPBACK);
  });
}

async function dtlsConnected(transport: types.WebRtcTransport): Promise<void> {
  const outcome = Promise.withResolvers<undefined>();
  transport.on('dtlsstatechange', (state) => {
    if (state === 'connected') outcome.resolve(undefined);
    if (state === 'failed') outcome.reject(new Error('The DTLS handshake failed.'));
  });
  await withTimeLimit(outcome.promise, TIME_LIMIT_MS, 'The DTLS handshake was not completed.');
}

/** @returns The SRTP profile that openssl reports after its handshake. */
async function negotiate(port: number, { file, keyFile }: Certificate): Promise<string> {
  const offer = ['-dtls1_2', '-use_srtp', SRTP_PROFILES.join(':'), '-cert', file, '-key', keyFile];
  const client = spawn('openssl', ['s_client', ...offer, '-connect', `${LOOPBACK}:${String(port)}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const profile = Promise.withResolvers<string>();
  let output = '';
  client.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const match = /SRTP Extension negotiated, profile=(\w+)/.exec(output);
    if (match?.[1]) profile.resolve(match[1]);
  });
  client.once('error', profile.reject);
  client.once('close', () => {
    profile.reject(new Error('openssl ended without a DTLS-SRTP handshake.'));
  });
  try {
    return await withTimeLimit(profile.promise, TIME_LIMIT_MS, 'openssl did not report an SRTP profile.');
  } finally {
    client.kill();
  }
}
