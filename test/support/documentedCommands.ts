import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DocumentedCommand {
  /** As it stands there, without what follows `#`. */
  text: string;
  /** The pages that have it. */
  pages: string[];
}

/** First words of what counts as a command when it stands in a line of text. */
const programs = ['npm', 'node', 'openssl', 'docker', 'systemctl', 'apt', 'apt-get'];

/** All commands of README.md and docs/: the lines of `sh` blocks, and what stands between backquotes in the text. */
export function documentedCommands(root: string): DocumentedCommand[] {
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  const found = new Map<string, DocumentedCommand>();
  for (const page of pages) {
    for (const text of commandsOf(readFileSync(join(root, page), 'utf8'))) {
      const command = found.get(text) ?? { text, pages: [] };
      found.set(text, { text, pages: [...new Set([...command.pages, page])] });
    }
  }
  return [...found.values()];
}

export function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  const lines = blocks.filter(([, language]) => language === 'sh').flatMap(([, , text = '']) => text.split('\n'));
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, '');
  const inline = [...prose.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text.replace(/\s+/g, ' '));
  const commands = [...lines, ...inline.filter((text) => programs.includes(text.split(' ')[0] ?? ''))];
  return commands
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter((line) => line !== '' && !programs.includes(line));
}
