import { checkBoolean, checkFunction, checkObject, checkTexts } from './checks.js';
import { HealthOptionError } from './errors.js';
import { type GroupOptions, OVERALL } from './groups.js';
import { HEALTH_STATES, isHealthState } from './health.js';

export function checkGroups(groups: Readonly<Record<string, GroupOptions>>): void {
  checkObject('groups', groups);
  for (const [name, group] of Object.entries(groups)) {
    if (name === OVERALL || name === '') {
      throw new HealthOptionError('groups', `named, and not '${OVERALL}', which is that of all checks`, name);
    }
    checkGroup(`groups.${name}`, group);
  }
}

function checkGroup(option: string, group: GroupOptions): void {
  checkObject(option, group);
  const { tags, checks, aggregate, statusCodes, drains, latches } = group;
  if (tags !== undefined) checkTexts(`${option}.tags`, tags);
  if (checks !== undefined) checkTexts(`${option}.checks`, checks);
  if (aggregate !== undefined && aggregate !== 'worst') {
    checkFunction(`${option}.aggregate`, aggregate, `'worst', or a function from states to a state`);
  }
  if (drains !== undefined) checkBoolean(`${option}.drains`, drains);
  if (latches !== undefined) checkBoolean(`${option}.latches`, latches);
  if (statusCodes !== undefined) checkStatusCodes(`${option}.statusCodes`, statusCodes);
}

function checkStatusCodes(option: string, codes: unknown): void {
  checkObject(option, codes);
  for (const [state, code] of Object.entries(codes) as [string, unknown][]) {
    if (!isHealthState(state)) throw new HealthOptionError(option, `by state: ${HEALTH_STATES.join(', ')}`, state);
    if (!Number.isInteger(code) || (code as number) < 200 || (code as number) > 599) {
      throw new HealthOptionError(`${option}.${state}`, 'an HTTP status from 200 to 599', code);
    }
  }
}
