// Who looks, who may, and with what.
import type { Schemas } from '$lib/backend/api'

const permissions: Schemas['Permission'][] = [
  'tenants.read',
  'contracts.read',
  'slos.read',
  'slos.write',
  'months.read',
  'months.close',
  'months.compare',
  'months.review',
  'months.approve',
  'months.issue',
  'credits.decide',
  'credits.approve',
  'credits.reverse',
  'comments.write',
  'exclusions.request',
  'exclusions.decide',
  'incidents.write',
  'documents.read',
  'templates.read',
  'templates.write',
  'evidence.read',
  'billing.read',
  'audit.read',
  'accounts.read',
  'accounts.write',
]

/** Nobody may do all of this; the gallery shows what each may. */
export const everybody: Schemas['Me'] = {
  account: 'fee',
  full_name: 'Felicitas Brandt',
  role: 'finance',
  tenants: 'all',
  permissions,
  has_totp: false,
}

const account = (over: Partial<Schemas['AccountView']>): Schemas['AccountView'] => ({
  name: 'fee',
  full_name: 'Felicitas Brandt',
  role: 'finance',
  tenants: 'all',
  state: 'active',
  has_password: true,
  has_totp: true,
  openid: null,
  version: 1,
  recorded_at: '2026-10-01T08:00:00Z',
  ...over,
})

export const accounts = [
  account({}),
  account({
    name: 'wakaba',
    full_name: '株式会社 ワカバ・Ömer-Şükrü von und zu Hohenzollern-Sigmaringen',
    role: 'account_manager',
    tenants: { only: ['nordlicht', 'alpenbahn', 'prairie', 'koenigsforst'] },
    openid: { issuer: 'https://login.example.com', email: 'wakaba@example.com' },
  }),
  account({ name: 'n8n', full_name: 'n8n', role: 'machine', has_password: false, has_totp: false }),
  account({ name: 'gone', full_name: 'Gone Long Since', role: 'governance', state: 'disabled' }),
]

const token = (over: Partial<Schemas['TokenView']>): Schemas['TokenView'] => ({
  name: 'n8n',
  account: 'n8n',
  label: 'Closes the month on the second working day',
  permissions: ['months.read', 'months.close', 'documents.read'],
  tenants: 'all',
  expires_at: '2099-01-01T00:00:00Z',
  state: 'active',
  version: 1,
  ...over,
})

export const tokens = [
  token({}),
  token({ name: 'old', label: 'Last year’s', expires_at: '2025-01-01T00:00:00Z' }),
  token({ name: 'leaked', label: 'Stood in a chat', state: 'revoked' }),
]

export const madeToken: Schemas['MadeToken'] = {
  token: token({}),
  secret: { secret: 'sla_9f4b1c77a0d24e5f8c3b6a1908d7e6f5', expires_at: '2027-01-01T00:00:00Z' },
}

export const limits: Schemas['LimitView'][] = [
  { role: 'finance', currency: 'EUR', most_minor: 500_000, version: 1 },
  { role: 'finance', currency: 'JPY', most_minor: 800_000, version: 1 },
  { role: 'governance', currency: 'EUR', most_minor: null, version: 2 },
]

export const offeredApp: Schemas['OfferedTotp'] = {
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  uri: 'otpauth://totp/SLA%20Desk:fee?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=SLA%20Desk',
}

export const customers = [
  { id: 'alpenbahn', name: 'Alpenbahn Güterverkehr GmbH' },
  { id: 'prairie', name: 'Prairie Parcel Inc.' },
  { id: 'wakaba', name: '株式会社 ワカバ' },
]
