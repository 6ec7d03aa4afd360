// Who has signed in, and what they may do. The API decides; the interface only leaves out what it would refuse.
import type { Schemas } from '$lib/backend/api'

/** As many as the ledger asks of a password. */
export const LEAST_CHARACTERS = 12

export type Permission = Schemas['Permission']

let me = $state.raw<Schemas['Me'] | null>(null)

export const person = (): Schemas['Me'] | null => me

export function setPerson(next: Schemas['Me'] | null): void {
  me = next
}

export function may(permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false
}

/** Whether there is more than one customer to choose from: a customer who looks at their own months has no use for a choice. */
export function seesManyCustomers(): boolean {
  const scope = me?.tenants
  return scope === 'all' || (scope?.only.length ?? 0) > 1
}
