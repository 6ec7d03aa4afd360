// Figures of a commitment that can be opened, and how a promise is told from others of its month.
import type { Schemas } from '$lib/backend/api'

export const figures = ['attained', 'budget', 'down', 'excluded', 'unknown', 'service', 'credit'] as const
export type Figure = (typeof figures)[number]

export const isFigure = (value: string | undefined): value is Figure =>
  (figures as readonly (string | undefined)[]).includes(value)

/** The name that is unique in the month, as the API has it: that of an earlier version of the contract says which. */
export function promiseKey(
  { contract }: Pick<Schemas['MonthRecord'], 'contract'>,
  { name, contract_version }: Pick<Schemas['RecordCommitment'], 'name' | 'contract_version'>,
): string {
  return contract_version === contract.version ? name : `${name}@${contract_version}`
}

/** What tells one outage of a month from another. */
export const outageKey = ({ commitment, start }: Schemas['ExplainedOutage']): string =>
  `${commitment} ${start}`

/** What a promise of a month is called; its name where the month does not tell. */
export const promiseTitle = (record: Schemas['MonthRecord'] | undefined, name: string): string =>
  [...(record?.commitments ?? []), ...(record?.incident_promises ?? [])].find(
    (one) => record && promiseKey(record, one) === name,
  )?.title ?? name
