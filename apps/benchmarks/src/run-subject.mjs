// One measurement of one subject: `node --expose-gc run-subject.mjs SUITE CASE SUBJECT [--quick]`. Prints one line of JSON.
import { fullPlan, quickPlan } from './suite.mjs';
import { suites } from './suites/index.mjs';

const [suiteName, caseName, subjectName, mode] = process.argv.slice(2);
const suite = suites.find(({ name }) => name === suiteName);
const wanted = suite?.cases.find(({ name }) => name === caseName);
const load = suite?.load[subjectName];
if (wanted === undefined || load === undefined) {
  throw new Error(`There is no measurement ${suiteName} ${caseName} ${subjectName}: see \`main.mjs --list\`.`);
}
const value = await wanted.measure(await load(), mode === '--quick' ? quickPlan : fullPlan);
console.log(JSON.stringify({ value }));
