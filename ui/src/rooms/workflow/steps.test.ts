import { expect, test } from 'vitest'
import { creditSteps, monthSteps, needsReason, type CreditView, type MonthView, type StepName } from './steps'

type Next = [step: StepName, code?: string]
const next = (steps: Next[]) => steps.map(([step, code]) => ({ step, blocked_by: code ?? null }))

const credit = (over: Partial<CreditView> = {}): CreditView => ({
  commitment: 'availability',
  currency: 'EUR',
  low_minor: 0,
  high_minor: 100,
  state: 'in_review',
  issued_before_minor: 0,
  steps: [],
  next_steps: [],
  ...over,
})
const month = (steps: Next[] = []): MonthView => ({
  tenant: 'nordlicht',
  tenant_name: 'Nordlicht',
  contract: 'nordlicht-platform',
  month: '2026-10',
  time_zone: 'Europe/Berlin',
  revision: 1,
  state: 'in_review',
  verdict: 'breached',
  credit_total: { currency: 'EUR', low_minor: 100, high_minor: 100 },
  closed_by: 'mara',
  closed_at: '2026-11-02T08:00:00Z',
  credits: [],
  steps: [],
  next_steps: next(steps),
})

const told = (steps: { step: StepName; blocked: string | null }[]) =>
  steps.map((one) => (one.blocked ? `${one.step}: ${one.blocked}` : one.step)).join(', ')
const ORDER = 'workflow.out_of_order'
const EYES = 'workflow.four_eyes'

test.each<[string, Partial<CreditView>, Next[], string, string]>([
  [
    'what the API allows, in our order',
    {},
    [['decide'], ['approve'], ['reject'], ['reverse', ORDER]],
    'ole',
    'approve, decide, reject',
  ],
  [
    'an amount without a choice',
    { low_minor: 100 },
    [['decide'], ['approve'], ['reject']],
    'ole',
    'approve, reject',
  ],
  [
    'a draft tells what will follow',
    { state: 'draft', low_minor: 100 },
    [
      ['approve', ORDER],
      ['reject', ORDER],
      ['reverse', ORDER],
    ],
    'ole',
    'approve: blocked-not-submitted, reject: blocked-not-submitted',
  ],
  [
    'a range that nobody decided',
    {},
    [['approve', 'workflow.undecided'], ['decide']],
    'ole',
    'approve: blocked-undecided, decide',
  ],
  ['what one decided oneself', {}, [['approve', EYES]], 'ole', 'approve: blocked-decided-by-you'],
  ['what one closed oneself', {}, [['approve', EYES]], 'mara', 'approve: blocked-closed-by-you'],
  [
    'more than the month owes',
    {},
    [['approve', 'workflow.above_total']],
    'ole',
    'approve: blocked-above-total',
  ],
  ['a reason of tomorrow', {}, [['approve', 'workflow.moon_is_full']], 'ole', 'approve: blocked-other'],
  ['what was issued', { state: 'issued' }, [['approve', ORDER], ['reverse']], 'ole', 'reverse'],
  [
    'what was rejected',
    { state: 'rejected' },
    [
      ['approve', ORDER],
      ['reverse', ORDER],
    ],
    'ole',
    '',
  ],
  ['without permissions', {}, [], 'gwen', ''],
])('steps of a credit: %s', (_, over, steps, account, expected) =>
  expect(told(creditSteps(month(), credit({ ...over, next_steps: next(steps) }), { account }))).toBe(
    expected,
  ),
)

test.each<[string, Next[], string, string]>([
  ['closed', [['submit'], ['return', ORDER], ['approve', ORDER]], 'ole', 'submit'],
  ['in review', [['submit', ORDER], ['return'], ['approve']], 'ole', 'approve, return'],
  [
    'with an open credit',
    [['approve', 'workflow.credits_open'], ['return']],
    'ole',
    'approve: blocked-credits-open, return',
  ],
  ['closed by oneself', [['approve', EYES]], 'mara', 'approve: blocked-closed-by-you'],
  ['issued', [['issue', ORDER]], 'ole', ''],
])('steps of a month: %s', (_, steps, account, expected) =>
  expect(told(monthSteps(month(steps), { account }))).toBe(expected),
)

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
