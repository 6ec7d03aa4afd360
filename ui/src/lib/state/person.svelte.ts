// Who has signed in, and what they may do. The API decides; the interface only leaves out what it would refuse.
import type { Schemas } from '$lib/backend/api'

export type Permission = Schemas['Permission']

let me = $state.raw<Schemas['Me'] | null>(null)

export const person = (): Schemas['Me'] | null => me

export function setPerson(next: Schemas['Me'] | null): void {
  me = next
}

export function may(permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false
}
