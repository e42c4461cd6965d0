/**
 * Chinese has a space between Chinese and Latin letters or digits and none between Chinese and Chinese. Sentences are
 * written with spaces around their values, so once a value turns out to be Chinese the space beside it goes.
 */
export function closeChinese(text: string): string {
  return text.replace(/(?<=[\p{Script=Han}，。：；！？（）“”、]) (?=[\p{Script=Han}，。：；！？（）“”、])/gu, '');
}
