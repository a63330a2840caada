// `npm run conformance:page [-- --missing]`: writes docs/conformance.md. See README.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderPage } from './page/page.js';
import { PAGE, surveyRepository } from './page/sources.js';
import { openIds } from './page/survey.js';

const { values } = parseArgs({ options: { missing: { type: 'boolean', default: false } } });
const survey = surveyRepository();
for (const complaint of survey.complaints) process.stderr.write(`${complaint}\n`);
const open = openIds(survey);
if (values.missing) {
  for (const { key } of survey.areas) {
    const ids = open.filter((id) => id.startsWith(`${key}-`));
    process.stdout.write(`${key} ${ids.length}${ids.length > 0 ? `: ${ids.join(' ')}` : ''}\n`);
  }
} else {
  writeFileSync(PAGE, renderPage(survey));
  process.stdout.write('docs/conformance.md written\n');
}
process.stdout.write(`${open.length} entries of the catalog have no state\n`);
process.exitCode = survey.complaints.length === 0 ? 0 : 1;
