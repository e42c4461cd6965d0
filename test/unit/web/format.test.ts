import assert from 'node:assert/strict';
import i18next from 'i18next';
import { en } from '../../../web/src/words/en.ts';
import {
  ago,
  clockTime,
  dayAndTime,
  daysBetween,
  durationWords,
  score,
  stopwatch,
} from '../../../web/src/words/format.ts';
import { zhCN } from '../../../web/src/words/zh-CN.ts';

const noon = new Date(2026, 4, 10, 12, 0).getTime();
const hour = 3_600_000;

describe('times and lengths in words', () => {
  const words = i18next.createInstance();

  before(async () => {
    const resources = { en: { translation: en }, 'zh-CN': { translation: zhCN } };
    await words.init({ lng: 'en', resources, interpolation: { escapeValue: false } });
  });

  const english = () => words.getFixedT('en');
  const chinese = () => words.getFixedT('zh-CN');

  it('runs a stopwatch', () => {
    assert.deepEqual([0, 59.9, 760, 3760, -3].map(stopwatch), ['00:00', '00:59', '12:40', '1:02:40', '00:00']);
  });

  it('says lengths in the units people use', () => {
    assert.equal(durationWords(53, english()), '53 s');
    assert.equal(durationWords(1925, english()), '32 min');
    assert.equal(durationWords(380, chinese(), true), '6 分 20 秒');
    assert.equal(durationWords(3 * 3600, english()), '3 h');
    assert.equal(durationWords(3 * 3600 + 300, chinese()), '3 小时 5 分钟');
  });

  it('says how long ago', () => {
    assert.equal(ago(4_200, english()), '4 s ago');
    assert.equal(ago(4_200, chinese()), '4 秒前');
    assert.equal(ago(130_000, english()), '2 min ago');
    assert.equal(ago(-500, english()), 'just now');
  });

  it('counts days by the calendar, not by 24 hours', () => {
    assert.equal(daysBetween(noon - 13 * hour, noon), 1);
    assert.equal(daysBetween(noon - 11 * hour, noon), 0);
  });

  it('names today and yesterday', () => {
    assert.equal(dayAndTime(noon - hour, noon, english(), 'en'), 'Today 11:00');
    assert.equal(dayAndTime(noon - 24 * hour, noon, chinese(), 'zh-CN'), '昨天 12:00');
    assert.match(dayAndTime(noon - 72 * hour, noon, english(), 'en'), /May 7 12:00|7 May 12:00/);
  });

  it('writes the clock with 24 hours and scores with one decimal', () => {
    assert.equal(clockTime(noon, 'en'), '12:00');
    assert.equal(clockTime(noon + 12 * hour, 'zh-CN'), '00:00');
    assert.equal(score(0.6), '0.6');
    assert.equal(score(1), '1.0');
  });
});
