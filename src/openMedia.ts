import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { addressKey } from './auth/AuthLimits.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { announcedAddresses, announcedAddressProblem, singlePortProblem } from './media/announcedAddress.ts';
import { ConnectionCaps } from './media/ConnectionCaps.ts';
import { TcpGate } from './media/TcpGate.ts';
import { WorkerPool } from './media/WorkerPool.ts';

/** The media workers, and the ways in to them. */
export interface OpenedMedia {
  workers: WorkerPool;
  /**
   * Bounds the connections of the page's server and, where one port is enough for everything, takes the media out of
   * them; otherwise media by TCP get the port that is meant for them.
   */
  open(httpServer: HttpServer): Promise<TcpGate>;
}

/** @throws StartError when a worker does not start or a port is taken. */
export async function openMedia(config: Config, logger: Logger): Promise<OpenedMedia> {
  const { rtc, server } = config;
  const addresses = listOf(rtc.address);
  const announced = announcedAddresses(rtc.announcedAddress);
  for (const address of announced) warn(announcedAddressProblem(address, server.host), address, logger);
  let pagePort = (): number => server.port;
  const workers = await WorkerPool.create({
    count: rtc.workers ?? availableParallelism(),
    addresses,
    announcedAddresses: announced,
    port: rtc.port,
    turn: config.turn,
    fullAtLoad: rtc.fullAtLoad,
    tcpPort: () => (rtc.singlePort ? pagePort() : rtc.port),
    logger,
  });
  const limits = { perAddress: server.connectionsPerAddress, total: server.connections };
  return {
    workers,
    async open(httpServer) {
      // A proxy brings everybody's connections under its own address.
      const keyOf = server.trustProxy === 0 ? addressKey : () => null;
      const pageCaps = new ConnectionCaps({ ...limits, keyOf });
      httpServer.prependListener('connection', (socket) => void pageCaps.admit(socket));
      const caps = rtc.singlePort ? pageCaps : new ConnectionCaps({ ...limits, keyOf: addressKey });
      const gate = new TcpGate({ routes: workers.routes, caps, logger });
      if (!rtc.singlePort) {
        await gate.listen(rtc.port, addresses);
        return gate;
      }
      gate.share(httpServer);
      pagePort = () => publicPort(server.publicUrl) ?? (httpServer.address() as AddressInfo).port;
      httpServer.once('listening', () => {
        for (const address of announced) warn(singlePortProblem(address, pagePort()), address, logger);
      });
      return gate;
    },
  };
}

function warn(problem: string | null, announced: string, logger: Logger): void {
  if (problem !== null) logger.warn({ announced }, problem);
}

function listOf(addresses: string): string[] {
  return addresses.split(',').map((address) => address.trim());
}

/** The port under which the page is known outside, where it is known. */
function publicPort(publicUrl: string | null): number | null {
  if (publicUrl === null) return null;
  const { port, protocol } = new URL(publicUrl);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
