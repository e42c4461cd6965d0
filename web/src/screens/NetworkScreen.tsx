import {
  IconAntennaBars5,
  IconCheck,
  IconCopy,
  IconLoader2,
  IconMinus,
  IconPhone,
  IconPhoneOff,
  IconRefresh,
  IconX,
} from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { addressesOf, portsOf, sharesPagePort, type NetworkPaths } from '../network/paths.ts';
import { advice, verdictOf, type NetworkResults, type PathResult, type Verdict } from '../network/results.ts';
import { Button } from '../parts/Button.tsx';
import { useCopy } from '../parts/useCopy.ts';
import { useTitle } from '../parts/useTitle.ts';
import styles from './NetworkScreen.module.css';
import { useNetworkTest } from './useNetworkTest.ts';

const troubles: ReadonlySet<Verdict> = new Set<Verdict>(['weak', 'no_media', 'no_signalling']);

/** Which ways to the server work from here: one sentence first, then each way, then a line for the administrator. */
export function NetworkScreen() {
  const { t } = useTranslation();
  useTitle(t('network.title'));
  const { results, paths, again } = useNetworkTest();
  const verdict = verdictOf(results);
  return (
    <main className={`page ${styles.page}`} data-testid="network" data-verdict={verdict}>
      <div className={styles.head}>
        <h1>{t('network.title')}</h1>
        <Button look="line" onClick={again} disabled={verdict === 'running'}>
          <IconRefresh size={20} stroke={1.8} aria-hidden />
          {t('network.again')}
        </Button>
      </div>
      <section className="card">
        <div className={styles.verdict} aria-live="polite">
          <span className={styles.icon} data-trouble={troubles.has(verdict)}>
            <VerdictIcon verdict={verdict} />
          </span>
          <div>
            <h2>{t(`network.verdict.${verdict}`)}</h2>
            <p className="muted">{t(`network.verdictMore.${verdict}`)}</p>
          </div>
        </div>
        <Rows results={results} paths={paths} />
      </section>
      {verdict !== 'running' && paths.length > 0 && <ForAdmin results={results} paths={paths} />}
    </main>
  );
}

function VerdictIcon({ verdict }: { verdict: Verdict }) {
  const props = { size: 26, stroke: 1.8, 'aria-hidden': true };
  if (verdict === 'running' || verdict === 'untested') return <IconAntennaBars5 {...props} />;
  return verdict === 'no_media' || verdict === 'no_signalling' ? <IconPhoneOff {...props} /> : <IconPhone {...props} />;
}

function Rows({ results, paths }: { results: NetworkResults; paths: NetworkPaths }) {
  const { t } = useTranslation();
  return (
    <table className={styles.table}>
      <thead>
        <tr className={`${styles.row} ${styles.titles}`}>
          <td />
          <th scope="col">{t('network.path')}</th>
          <th scope="col">{t('network.result')}</th>
          <th scope="col" className={styles.number}>
            {t('network.rtt')}
          </th>
          <th scope="col" className={styles.number}>
            {t('network.loss')}
          </th>
        </tr>
      </thead>
      <tbody>
        <Row name={t('network.signalling')} more={t('network.signallingMore')} result={results.signalling} noLoss />
        <Row name={`UDP ${portsOf(paths, 'udp')}`} more={t('network.udpMore')} result={results.media.udp} />
        <Row
          name={`TCP ${portsOf(paths, 'tcp')}`}
          more={t(sharesPagePort(paths, location) ? 'network.tcpMoreShared' : 'network.tcpMore')}
          result={results.media.tcp}
        />
      </tbody>
    </table>
  );
}

function Row({ name, more, result, noLoss }: { name: string; more: string; result: PathResult; noLoss?: boolean }) {
  const { t } = useTranslation();
  const { state } = result;
  const trouble = state === 'blocked' ? styles.trouble : undefined;
  const { rtt, loss } = numbers(result);
  return (
    <tr className={styles.row} data-state={state}>
      <td className={trouble}>
        <StateIcon state={state} />
      </td>
      <th scope="row">
        {name}
        <small>{more}</small>
      </th>
      <td className={`${styles.result} ${trouble ?? ''}`}>{t(`network.state.${state}`)}</td>
      <td className={styles.number}>{rtt}</td>
      <td className={styles.number}>{noLoss ? '' : loss}</td>
    </tr>
  );
}

function StateIcon({ state }: { state: PathResult['state'] }) {
  const Icon = { running: IconLoader2, works: IconCheck, blocked: IconX, untested: IconMinus }[state];
  return <Icon size={22} stroke={1.8} aria-hidden />;
}

/** In the units' own signs, which are the same in both languages. */
function numbers(result: PathResult): { rtt: string; loss: string } {
  if (result.state !== 'works') return { rtt: '', loss: '' };
  const percent = 100 * result.loss;
  return {
    rtt: `${String(result.rttMs)} ms`,
    loss: `${percent > 0 && percent < 10 ? percent.toFixed(1) : String(Math.round(percent))} %`,
  };
}

function ForAdmin({ results, paths }: { results: NetworkResults; paths: NetworkPaths }) {
  const { t } = useTranslation();
  const copy = useCopy();
  const sentence = adminSentence(results, paths, t);
  return (
    <p className={`small muted ${styles.admin}`}>
      <span>{sentence}</span>
      <Button
        look="quiet"
        className="small"
        onClick={() => void copy(asText(results, paths, sentence, t), t('network.copied'))}
      >
        <IconCopy size={18} stroke={1.8} aria-hidden />
        {t('network.copy')}
      </Button>
    </p>
  );
}

function adminSentence(results: NetworkResults, paths: NetworkPaths, t: TFunction): string {
  const values = { udp: portsOf(paths, 'udp'), tcp: portsOf(paths, 'tcp'), address: addressesOf(paths) };
  const blocked = advice(results);
  if (blocked.length === 2) return t('network.forAdminBoth', values);
  return blocked[0] === 'udp' ? t('network.forAdminUdp', values) : t('network.forAdminNone', values);
}

function asText(results: NetworkResults, paths: NetworkPaths, sentence: string, t: TFunction): string {
  const line = (name: string, result: PathResult): string => {
    const { rtt, loss } = numbers(result);
    return [name, t(`network.state.${result.state}`), rtt, loss].filter((part) => part !== '').join(' · ');
  };
  return [
    `${t(`network.verdict.${verdictOf(results)}`)} (${location.host}, ${new Date().toISOString()})`,
    line(t('network.signalling'), results.signalling),
    line(`UDP ${portsOf(paths, 'udp')}`, results.media.udp),
    line(`TCP ${portsOf(paths, 'tcp')}`, results.media.tcp),
    sentence,
  ].join('\n');
}
