import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AnalysisPool } from './assessment/AnalysisPool.ts';
import type { Monitor } from './assessment/Monitor.ts';
import { isTaken } from './assessment/policy.ts';
import type { Calls } from './calls/Calls.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { ModelCatalog, modelFolder } from './modelCatalog.ts';
import type { VerdictLog } from './verdictLog.ts';

/** The analysis processes. @param root - Folder with `.cache/models`. */
export async function startAnalysis(config: Config, logger: Logger, root: string): Promise<AnalysisPool> {
  const modelsDir = join(root, '.cache', 'models');
  return AnalysisPool.create({ processes: config.analysis.processes, modelsDir, logger });
}

/** Models that operators bring: loaded beside the running checks, and again when the catalog changes. */
export function useCatalog(pool: AnalysisPool, { dataDir }: Config, logger: Logger, root: string): ModelCatalog {
  const catalog = new ModelCatalog(join(root, 'config', 'models.yaml'), logger);
  const use = (): void => pool.useModels(modelFolder(dataDir), catalog.entries);
  catalog.on('change', use);
  if (catalog.entries.length > 0) use();
  return catalog;
}

/** SHA-256 of the settings that the analysis runs under, for the record. */
export function settingsDigest({ analysis }: Config, catalog: ModelCatalog): () => string {
  const digest = (): string =>
    createHash('sha256')
      .update(JSON.stringify({ analysis, models: catalog.entries }))
      .digest('hex');
  let current = digest();
  catalog.on('change', () => {
    current = digest();
  });
  return () => current;
}

/** Brings active checks, and what the policy makes of results, into the calls. */
export function followPolicy(parts: { monitor: Monitor; calls: Calls; verdicts: VerdictLog; logger: Logger }): void {
  const { monitor, calls, verdicts, logger } = parts;
  const report = (error: unknown): void => logger.error({ err: error }, 'a policy step was not taken');
  monitor.on('challenge', (subject, news) => {
    const { callId, peerId } = subject;
    if (news.type === 'ended') verdicts.noteChallenge(subject, news.end);
    const call = calls.live(callId);
    call?.tellChallenge(peerId, news);
    const user = call?.peers.get(peerId)?.user;
    if (!call || !user || news.type !== 'ended' || news.end.result !== 'passed') return;
    calls.moderation.release(call, user.id).catch(report);
  });
  monitor.on('step', (subject, step, { causes }) => {
    const { callId, peerId } = subject;
    const taken = isTaken(step, monitor.policyOf(callId).mode);
    verdicts.noteStep(subject, step, taken);
    logger.info({ callId, peerId, ...step, taken }, 'policy step');
    const found = causes.find(({ outcome }) => outcome === 'found');
    const call = calls.live(callId);
    if (!taken || step.measure !== 'hold' || !call?.peers.get(peerId)?.present) return;
    calls.moderation.hold(call, peerId, found?.code ?? 'failed').catch(report);
  });
}
