// What accounts, tokens and limits say in words.
import type { Schemas } from '$lib/backend/api'
import { t } from '$lib/words'

export type Role = Schemas['Role']

/** In the order of the table of permissions. */
export const roles: Role[] = [
  'admin',
  'account_manager',
  'finance',
  'governance',
  'operator',
  'tenant_viewer',
  'machine',
]

export const roleWord = (role: Role): string => t(`role-${role.replaceAll('_', '-')}`)

export const roleOptions = () => roles.map((role) => ({ value: role, label: roleWord(role) }))

/** For whom somebody acts. */
export function scopeWords(scope: Schemas['TenantScope'] | undefined): string {
  return scope === undefined || scope === 'all' ? t('customer-all') : scope.only.join(', ')
}

export const chosenOfScope = (scope: Schemas['TenantScope']): string[] | 'all' =>
  scope === 'all' ? 'all' : scope.only

export const scopeOfChosen = (chosen: string[] | 'all'): Schemas['TenantScope'] =>
  chosen === 'all' ? 'all' : { only: [...chosen].sort() }
