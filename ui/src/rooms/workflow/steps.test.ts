import { expect, test } from 'vitest'
import type { Permission } from '$lib/state/person.svelte'
import { creditSteps, monthSteps, needsReason, type CreditView, type MonthView } from './steps'

const step = (name: CreditView['steps'][number]['step'], actor: string) => ({
  number: 1,
  step: name,
  note: '',
  actor,
  at: '2026-11-03T08:00:00Z',
})
const credit = (over: Partial<CreditView> = {}): CreditView => ({
  commitment: 'availability',
  currency: 'EUR',
  low_minor: 100,
  high_minor: 100,
  state: 'in_review',
  issued_before_minor: 0,
  steps: [],
  ...over,
})
const month = (over: Partial<MonthView> = {}): MonthView => ({
  tenant: 'nordlicht',
  contract: 'nordlicht-platform',
  month: '2026-10',
  revision: 1,
  state: 'in_review',
  verdict: 'breached',
  credit_total: { currency: 'EUR', low_minor: 100, high_minor: 100 },
  closed_by: 'mara',
  closed_at: '2026-11-02T08:00:00Z',
  credits: [],
  steps: [],
  ...over,
})
const finance: Permission[] = [
  'credits.approve',
  'credits.decide',
  'credits.reverse',
  'months.approve',
  'months.review',
  'months.issue',
]
const asker = (account: string, permissions = finance) => ({
  account,
  may: (one: Permission) => permissions.includes(one),
})

const range = { low_minor: 0, high_minor: 98000 }

test.each<[string, Partial<CreditView>, string, Permission[], string]>([
  ['an exact amount in review', {}, 'ole', finance, 'approve, reject'],
  [
    'a draft',
    { state: 'draft' },
    'ole',
    finance,
    'approve: blocked-not-submitted, reject: blocked-not-submitted',
  ],
  ['a range that nobody decided', range, 'ole', finance, 'approve: blocked-undecided, decide, reject'],
  [
    'a range that one decided oneself',
    { ...range, decided_minor: 5, steps: [step('decide', 'ole')] },
    'ole',
    finance,
    'approve: blocked-decided-by-you, decide, reject',
  ],
  [
    'a range that somebody else decided',
    { ...range, decided_minor: 5, steps: [step('decide', 'fee')] },
    'ole',
    finance,
    'approve, decide, reject',
  ],
  ['a month that one closed oneself', {}, 'mara', finance, 'approve: blocked-closed-by-you, reject'],
  ['what was issued', { state: 'issued' }, 'ole', finance, 'reverse'],
  ['what was rejected', { state: 'rejected' }, 'ole', finance, ''],
  ['without permissions', {}, 'gwen', ['months.read'], ''],
])('steps of a credit: %s', (_, over, account, permissions, expected) => {
  const steps = creditSteps(month(), credit(over), asker(account, permissions))
  expect(steps.map((one) => (one.blocked ? `${one.step}: ${one.blocked}` : one.step)).join(', ')).toBe(
    expected,
  )
})

test.each<[string, Partial<MonthView>, string, string]>([
  ['closed', { state: 'closed' }, 'ole', 'submit'],
  ['in review', {}, 'ole', 'approve, return'],
  ['in review with an open credit', { credits: [credit()] }, 'ole', 'approve: blocked-credits-open, return'],
  ['in review, closed by oneself', {}, 'mara', 'approve: blocked-closed-by-you, return'],
  ['approved', { state: 'approved' }, 'ole', 'issue'],
  ['issued', { state: 'issued' }, 'ole', ''],
])('steps of a month: %s', (_, over, account, expected) => {
  const steps = monthSteps(month(over), asker(account))
  expect(steps.map((one) => (one.blocked ? `${one.step}: ${one.blocked}` : one.step)).join(', ')).toBe(
    expected,
  )
})

test.each([
  ['approve', false],
  ['submit', false],
  ['issue', false],
  ['decide', true],
  ['reject', true],
  ['reverse', true],
  ['return', true],
  ['comment', true],
] as const)('%s needs a reason: %s', (name, expected) => expect(needsReason(name)).toBe(expected))
