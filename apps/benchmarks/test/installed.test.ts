import { expect, test } from '@jest/globals';
import { whatIsInstalled } from '../src/installed.mjs';
import { fakeCase, fakeSuite } from './fake-suite.js';

function program(isInstalled: boolean) {
  return {
    isInstalled: () => isInstalled,
    title: () => 'Beam 1',
    missing: 'install the BEAM',
    command: () => ({ file: 'beam', args: [] }),
  };
}

test('a program that is not installed is left out of every case, and it is said why', () => {
  const suite = fakeSuite([fakeCase('a', ['rookery', 'beam']), fakeCase('b', ['rookery'])], {
    programs: { beam: program(false) },
  });
  const { suites, missing } = whatIsInstalled([suite]);
  expect(suites[0]?.cases.map(({ subjects }) => subjects)).toEqual([['rookery'], ['rookery']]);
  expect(missing).toEqual(['beam is left out: install the BEAM']);
});

test('a program that is installed stays', () => {
  const suite = fakeSuite([fakeCase('a', ['rookery', 'beam'])], { programs: { beam: program(true) } });
  const { suites, missing } = whatIsInstalled([suite]);
  expect(suites[0]?.cases[0]?.subjects).toEqual(['rookery', 'beam']);
  expect(missing).toEqual([]);
});
