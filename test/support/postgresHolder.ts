/** A process that starts the private Postgres in a folder, prints its URL and stays until it is killed. */
import { EmbeddedPostgres } from '../../src/db/EmbeddedPostgres.ts';

const dataDir = process.argv[2];
if (!dataDir) throw new Error('usage: postgresHolder.ts DATA_DIR');
const postgres = await EmbeddedPostgres.start({ dataDir });
process.on('SIGTERM', () => void postgres.close().then(() => process.exit()));
setInterval(() => undefined, 60_000);
console.log(postgres.url);
