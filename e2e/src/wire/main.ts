// `npm run test:wire [-- --case NAME]`: every invariant of design.md section 3 on captures of real TLS sockets.
import { runCases } from '../harness/cases.ts';
import { wireCases } from './wire-cases.ts';

// More at a time, and their processes fight for two cores until slots are skipped.
const SIDE_BY_SIDE = 2;

process.exitCode = await runCases(wireCases, process.argv.slice(2), { sideBySide: SIDE_BY_SIDE });
