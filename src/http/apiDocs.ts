import { z } from 'zod';
import { apiBase, routes, type Route } from '../protocol/rest.ts';

const accessWords: Readonly<Record<Route['auth'], string>> = {
  none: 'Open to everybody.',
  session: 'Needs an access token.',
  admin: 'Needs the access token of an administrator.',
};

/** A page that lists the REST routes, made from their table; it needs no script. */
export function createApiDocs(): string {
  const sections = Object.entries(routes as Record<string, Route>).map(
    ([name, route]) => `<section id="${escape(name)}">
<h2><code>${route.method.toUpperCase()} ${escape(apiBase + route.path)}</code></h2>
<p>${accessWords[route.auth]} Answers ${String(route.status)}.</p>
${schemaOf('Query', route.query, 'input')}${schemaOf('Body', route.body, 'input')}${schemaOf('Answer', route.response, 'output')}
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Veritalk API</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; border-radius: 0.5rem; }
</style>
<h1>Veritalk API</h1>
<p>JSON in UTF-8. Sign in, then send <code>Authorization: Bearer &lt;access_token&gt;</code>. Failures are
<code>{"error":{"code","message","details"?},"request_id"}</code>. The same for programs:
<a href="/api/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
</html>
`;
}

function schemaOf(title: string, schema: z.ZodType, io: 'input' | 'output'): string {
  if (schema instanceof z.ZodVoid) return '';
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  if (rest.properties && Object.keys(rest.properties).length === 0) return '';
  return `<details><summary>${title}</summary><pre>${escape(JSON.stringify(rest, null, 2))}</pre></details>\n`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
