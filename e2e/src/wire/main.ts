// `npm run test:wire [-- --case NAME]`: every invariant of design.md section 3 on captures of real TLS sockets.
import { runCases } from '../harness/cases.ts';
import { wireCases } from './wire-cases.ts';

process.exitCode = await runCases(wireCases, process.argv.slice(2));
