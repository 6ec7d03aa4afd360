// Steps with months and credits: which follow, why one is not possible, and how they are sent.
// The API decides; what is said here only spares somebody a refusal, and explains it before.
import { answerWithTag, api, newIdempotencyKey, type Schemas } from '$lib/backend/api'
import { Problem } from '$lib/backend/problem'
import type { Permission } from '$lib/state/person.svelte'

export type MonthView = Schemas['MonthView']
export type CreditView = Schemas['CreditView']
export type StepName = Schemas['WorkflowStep']

export interface MonthRef {
  tenant: string
  contract: string
  month: string
}

export interface Seen<T> {
  data: T
  tag: string | null
}

/** Ids of the locales; null when nothing stands in the way. */
export type Blocked = string | null

interface Asker {
  account: string
  may: (permission: Permission) => boolean
}

export const monthKey = ({ tenant, contract, month }: MonthRef) => ['month', tenant, contract, month]

export function loadMonth(path: MonthRef, signal?: AbortSignal): Promise<Seen<MonthView>> {
  return answerWithTag(
    api.GET('/months/{tenant}/{contract}/{month}', { params: { path }, ...(signal ? { signal } : {}) }),
  )
}

export interface Intention {
  step: StepName
  amount?: string
  note?: string
  /** The same for the same intention, also when it is sent again. */
  key: string
}

export function intend(step: StepName, note = '', amount?: string): Intention {
  return { step, note, key: newIdempotencyKey(), ...(amount === undefined ? {} : { amount }) }
}

function sent({ step, amount, note = '', key }: Intention, tag: string | null) {
  return {
    body: { step, note, ...(amount === undefined ? {} : { amount }) },
    header: { 'idempotency-key': key, ...(tag === null ? {} : { 'if-match': tag }) },
  }
}

export function stepMonth(
  path: MonthRef,
  intention: Intention,
  tag: string | null,
): Promise<Seen<MonthView>> {
  const { body, header } = sent(intention, tag)
  return answerWithTag(
    api.POST('/months/{tenant}/{contract}/{month}/steps', { params: { path, header }, body }),
  )
}

export function stepCredit(
  path: MonthRef,
  commitment: string,
  intention: Intention,
  tag: string | null,
): Promise<Seen<MonthView>> {
  const { body, header } = sent(intention, tag)
  return answerWithTag(
    api.POST('/months/{tenant}/{contract}/{month}/credits/{commitment}/steps', {
      params: { path: { ...path, commitment }, header },
      body,
    }),
  )
}

const hasDecided = (credit: CreditView, account: string) =>
  credit.steps.some((one) => one.step === 'decide' && one.actor === account)
const isRange = (credit: CreditView) => credit.low_minor !== credit.high_minor
const isUndecided = (credit: CreditView) => isRange(credit) && credit.decided_minor == null

/** Steps that one sees with a credit, each with what stands in its way. */
export function creditSteps(
  month: MonthView,
  credit: CreditView,
  { account, may }: Asker,
): { step: StepName; blocked: Blocked }[] {
  const inReview =
    credit.state === 'in_review' ? null : credit.state === 'draft' ? 'blocked-not-submitted' : 'blocked-done'
  const fourEyes =
    month.closed_by === account
      ? 'blocked-closed-by-you'
      : hasDecided(credit, account)
        ? 'blocked-decided-by-you'
        : null
  const offers: [StepName, Permission, Blocked][] = []
  if (credit.state === 'draft' || credit.state === 'in_review') {
    offers.push([
      'approve',
      'credits.approve',
      inReview ?? (isUndecided(credit) ? 'blocked-undecided' : fourEyes),
    ])
    if (isRange(credit)) offers.push(['decide', 'credits.decide', inReview])
    offers.push(['reject', 'credits.decide', inReview])
  }
  if (credit.state === 'issued') offers.push(['reverse', 'credits.reverse', null])
  return offers.filter(([, needs]) => may(needs)).map(([step, , blocked]) => ({ step, blocked }))
}

export function monthSteps(
  month: MonthView,
  { account, may }: Asker,
): { step: StepName; blocked: Blocked }[] {
  const open = month.credits.some((credit) => credit.state === 'draft' || credit.state === 'in_review')
  const decided = month.credits.some((credit) => hasDecided(credit, account))
  const fourEyes =
    month.closed_by === account ? 'blocked-closed-by-you' : decided ? 'blocked-decided-by-you' : null
  const offers: Record<MonthView['state'], [StepName, Permission, Blocked][]> = {
    closed: [['submit', 'months.review', null]],
    in_review: [
      ['approve', 'months.approve', open ? 'blocked-credits-open' : fourEyes],
      ['return', 'months.review', null],
    ],
    approved: [['issue', 'months.issue', null]],
    issued: [],
  }
  return offers[month.state].filter(([, needs]) => may(needs)).map(([step, , blocked]) => ({ step, blocked }))
}

export const needsReason = (step: StepName) => step !== 'submit' && step !== 'approve' && step !== 'issue'

export interface ManyOutcome {
  done: number
  /** Those that were not done, with why; they stay chosen. */
  failed: { credit: Schemas['CreditSummary']; error: unknown }[]
}

/** The same step with many credits, one after the other: each looks at its month first, and is left alone when the
 *  credit is not as it was when it was chosen. */
export async function stepMany(
  credits: Schemas['CreditSummary'][],
  step: 'approve' | 'reject',
  note: string,
  onProgress: (done: number) => void,
): Promise<ManyOutcome> {
  const outcome: ManyOutcome = { done: 0, failed: [] }
  for (const [index, credit] of credits.entries()) {
    const { tenant, contract, month, commitment } = credit
    try {
      const seen = await loadMonth({ tenant, contract, month })
      const now = seen.data.credits.find((one) => one.commitment === commitment)
      if (seen.data.revision !== credit.revision || now?.steps.length !== credit.steps)
        throw new Problem('request.stale', 412, '', null)
      await stepCredit({ tenant, contract, month }, commitment, intend(step, note), seen.tag)
      outcome.done += 1
    } catch (error) {
      outcome.failed.push({ credit, error })
    }
    onProgress(index + 1)
  }
  return outcome
}
