// The first account of a new ledger.
import type { First } from '$lib/backend/native'
import { LEAST_CHARACTERS } from '$lib/state/person.svelte'

export interface NewAccount extends Omit<First, 'measurements'> {
  again: string
}

export type Wrong = Partial<Record<keyof NewAccount, string>>

export const emptyAccount = (): NewAccount => ({ account: '', full_name: '', password: '', again: '' })

export const firstOf = ({ account, full_name, password }: NewAccount, measurements: string): First => ({
  account: account.trim(),
  full_name: full_name.trim(),
  password,
  measurements: measurements.trim() || null,
})

/** What must be changed before an account can be made, as ids of the locales by field. */
export function wrongIn({ account, full_name, password, again }: NewAccount): Wrong {
  const wrong: Wrong = {}
  if (full_name.trim() === '') wrong.full_name = 'first-name-missing'
  if (!/^[a-z0-9][a-z0-9._@-]{0,63}$/.test(account.trim())) wrong.account = 'first-account-wrong'
  if ([...password].length < LEAST_CHARACTERS) wrong.password = 'password-too-short'
  else if (password !== again) wrong.again = 'password-differs'
  return wrong
}
