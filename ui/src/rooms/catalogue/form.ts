// What a form shows of a document: fields by their path, and what can be chosen.
import type { Schemas } from '$lib/backend/api'
import { t } from '$lib/words'
import type { Draft } from './draft.svelte'
import type { Path, YamlText } from './yaml'

export interface Option {
  value: string
  label: string
}

/** What every part of a form works with. */
export interface Form {
  draft: Draft
  text: YamlText
  findings: Schemas['FindingView'][]
  /** Whether nothing can be changed, because it is not the person's to change. */
  isLocked: boolean
  /** Names of documents of a kind that can be referred to. */
  names: (kind: string) => string[]
}

const kebab = (value: string) =>
  value
    .replaceAll('_', '-')
    .replaceAll(/([a-z])([A-Z0-9])/g, '$1-$2')
    .toLowerCase()

/** The values of a choice, each with its word. */
export function choices(of: string, values: readonly string[]): Option[] {
  return values.map((value) => ({ value, label: t(`choice-${of}-${kebab(value)}`) }))
}

export const NATURES = ['service_credit', 'contractual_penalty', 'liquidated_damages', 'malus']
export const ROUNDINGS = ['floor', 'ceil', 'half_even', 'half_up']
export const ROUNDED_AT = ['commitment', 'total']
export const METHODS = ['Occurrences', 'Timeslices', 'RatioTimeslices', 'Consumption']
export const UNKNOWNS = ['range', 'down', 'up', 'excluded']
export const QUIETS = ['good', 'bad', 'excluded']
export const EXCLUSIONS = ['denominator', 'numerator']
export const CAP_SCOPES = ['commitment', 'service', 'month', 'year', 'contract']
export const CAP_BASES = ['base', 'last12Months', 'contractToDate']
export const CLAIM_UNITS = ['days', 'workingDays', 'months']
export const CLAIM_STARTS = ['periodEnd', 'firstOutage', 'lastOutage']
export const BUDGETINGS = ['Occurrences', 'Timeslices', 'RatioTimeslices']

/** A path as findings write it. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  )
}

/** The finding about a field, or about the field that is not there. */
export function findingAt(form: Form, path: Path): Schemas['FindingView'] | undefined {
  const own = pathText(path)
  const parent = pathText(path.slice(0, -1))
  const missing = `no field "${String(path.at(-1))}"`
  return form.findings.find((one) => one.path === own || (one.path === parent && one.found === missing))
}
