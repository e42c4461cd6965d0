import type { RtpTap, UdpAddress, WatchedCamera } from '../../../src/assessment/types.ts';
import { RtpSource, type RtpSourceOptions } from './RtpSource.ts';

/** A camera whose packets go straight to the analysis process, without a mediasoup worker in between. */
export interface DirectCamera extends WatchedCamera {
  readonly source: RtpSource;
  /** What was asked of its taps, oldest first. */
  readonly asked: ('open' | 'resume' | 'pause' | 'requestKeyFrame' | 'close')[];
  close(): Promise<void>;
}

let lastSsrc = 1000;

export async function directCamera(options: Omit<RtpSourceOptions, 'ssrc' | 'payloadType'>): Promise<DirectCamera> {
  const ssrc = ++lastSsrc;
  const payloadType = 101;
  const source = await RtpSource.create({ ...options, ssrc, payloadType });
  const asked: DirectCamera['asked'] = [];
  const openTap = async (destination: UdpAddress): Promise<RtpTap> => {
    asked.push('open');
    return {
      ssrc,
      payloadType,
      source: source.address,
      resume: async () => {
        asked.push('resume');
        source.start(destination);
      },
      pause: async () => {
        asked.push('pause');
        source.stop();
      },
      requestKeyFrame: async () => {
        asked.push('requestKeyFrame');
      },
      close: () => {
        asked.push('close');
        source.stop();
      },
    };
  };
  return { producerId: `camera-${ssrc}`, openTap, source, asked, close: () => source.close() };
}
