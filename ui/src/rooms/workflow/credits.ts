// How a credit is named in an address: tenant, contract, month and commitment.
import type { MonthRef } from './steps'

export interface CreditRef extends MonthRef {
  commitment: string
}

export const creditKey = ({ tenant, contract, month, commitment }: CreditRef) =>
  `${tenant}/${contract}/${month}/${commitment}`

/** The credit of a key; null when it names none. */
export function creditOf(key: string): { at: MonthRef; commitment: string } | null {
  const [tenant = '', contract = '', month = '', ...commitment] = key.split('/')
  return commitment.length === 0
    ? null
    : { at: { tenant, contract, month }, commitment: commitment.join('/') }
}
