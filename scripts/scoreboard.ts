/** npm run scoreboard: what was tried against this server, and what was lost, from the stored results of the runs. */
import { loadResults, scoreboard } from './scoreboard/results.ts';

console.log(scoreboard(loadResults()));
console.log('\nEach row is the largest run of `npm run` and its name; docs/scoreboard.json holds them.');
