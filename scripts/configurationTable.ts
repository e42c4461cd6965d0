/** npm run config:docs: writes docs/configuration.md from config/default.yaml, whose comments are the documentation. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const head = `# Configuration

Made from \`config/default.yaml\` by \`npm run config:docs\`. \`config/production.yaml\` lies over it when \`NODE_ENV\` is
\`production\`; a variable lies over both. An unknown or wrong setting stops the start by name. \`npm run config\` prints
what holds and where it comes from.
`;

/** @param yaml - Text of default.yaml: sections, and settings with their comments above. */
export function configurationTable(yaml: string): string {
  const lines = [head];
  let section = '';
  let comment: string[] = [];
  /** Settings that follow each other without a word between them share the first one's. */
  let shared: string[] = [];
  for (const line of yaml.split('\n')) {
    const note = /^\s*# ?(.*)$/.exec(line)?.[1];
    const setting = /^(\s*)([A-Za-z]+):\s*(.*)$/.exec(line);
    if (note !== undefined) comment.push(note);
    else if (!setting) comment = shared = [];
    else {
      if (comment.length > 0) shared = comment;
      const [, indent = '', name = '', value = ''] = setting;
      if (indent === '' && value === '') {
        section = name;
        lines.push(`\n## ${name}\n\n| Setting | Default | Variable | Meaning |\n|---|---|---|---|`);
      } else
        lines.push(
          row(
            indent.length > 2 ? `${section}.limits.${name}` : indent === '' ? name : `${section}.${name}`,
            value,
            shared,
          ),
        );
      comment = [];
    }
  }
  return `${lines.filter((line) => !line.includes('| `auth.limits` |')).join('\n')}\n`;
}

function row(path: string, value: string, comment: readonly string[]): string {
  const text = comment.join(' ');
  const variable = /^\[([^\]]+)\]/.exec(text)?.[1];
  const meaning = text.replace(/^\[[^\]]+\]\s*/, '').replace(/\|/g, '\\|');
  return `| \`${path}\` | \`${value}\` | ${variable === undefined ? '' : `\`${variable}\``} | ${meaning} |`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync('docs/configuration.md', configurationTable(readFileSync('config/default.yaml', 'utf8')));
}
