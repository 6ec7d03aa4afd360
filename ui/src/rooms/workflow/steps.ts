// Steps with months and credits: which follow, why one is not possible, and how they are sent.
// The API decides; what is said here only spares somebody a refusal, and explains it before.
import { answerWithTag, api, newIdempotencyKey, type Schemas } from '$lib/backend/api'
import { Problem } from '$lib/backend/problem'

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

const isRange = (credit: CreditView) => credit.low_minor !== credit.high_minor

/** The words for what refuses a step, by the code that the API names; who stands in their own way is told how. */
function words(code: string, month: MonthView, { account }: Asker): Blocked {
  switch (code) {
    case 'workflow.four_eyes':
      return month.closed_by === account ? 'blocked-closed-by-you' : 'blocked-decided-by-you'
    case 'workflow.undecided':
      return 'blocked-undecided'
    case 'workflow.credits_open':
      return 'blocked-credits-open'
    case 'workflow.above_total':
      return 'blocked-above-total'
    case 'workflow.out_of_order':
      return 'blocked-not-submitted'
    default:
      return 'blocked-other'
  }
}

interface Offer {
  step: StepName
  blocked: Blocked
}

function offers(
  next: Schemas['NextStep'][],
  order: StepName[],
  month: MonthView,
  asker: Asker,
  shows: (one: Schemas['NextStep']) => boolean,
): Offer[] {
  const shown = next.filter((one) => order.includes(one.step) && shows(one))
  shown.sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step))
  return shown.map(({ step, blocked_by: code }) => ({
    step,
    blocked: code == null ? null : words(code, month, asker),
  }))
}

/** Steps that one sees with a credit, each with what stands in its way. */
export function creditSteps(month: MonthView, credit: CreditView, asker: Asker): Offer[] {
  // What will follow once the month was handed to review is shown before; what is over is not.
  const isAhead = credit.state === 'draft'
  return offers(
    credit.next_steps,
    ['approve', 'decide', 'reject', 'reverse'],
    month,
    asker,
    ({ step, blocked_by: code }) =>
      (step !== 'decide' || isRange(credit)) &&
      (code !== 'workflow.out_of_order' || (isAhead && step !== 'reverse')),
  )
}

export function monthSteps(month: MonthView, asker: Asker): Offer[] {
  return offers(
    month.next_steps,
    ['submit', 'approve', 'return', 'issue'],
    month,
    asker,
    ({ blocked_by: code }) => code !== 'workflow.out_of_order',
  )
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
