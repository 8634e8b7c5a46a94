// Writes the tables of docs/errors.md from the error tables of the packages.

import { generateSections, table } from '../../scripts/doc-sections.ts';
import { type ErrorTable, errorTables } from '../src/errors-page/error-tables.ts';

const rows = (errors: ErrorTable) =>
  table(
    ['code', 'exit', 'meaning'],
    Object.entries(errors).map(([code, { exit, text }]) => [`\`${code}\``, String(exit), sentence(text)]),
  );

generateSections({
  'docs/errors.md': Object.fromEntries(
    Object.entries(errorTables).map(([name, errors]) => [`errors-${name}`, () => rows(errors)]),
  ),
});

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
