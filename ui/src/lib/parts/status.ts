// Every status is an icon, a word and a colour, so that none of the three is needed alone.
import Ban from '@lucide/svelte/icons/ban'
import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleDashed from '@lucide/svelte/icons/circle-dashed'
import CircleHelp from '@lucide/svelte/icons/circle-question-mark'
import CircleX from '@lucide/svelte/icons/circle-x'
import Clock from '@lucide/svelte/icons/clock'
import Eye from '@lucide/svelte/icons/eye'
import Loader from '@lucide/svelte/icons/loader'
import Lock from '@lucide/svelte/icons/lock'
import Send from '@lucide/svelte/icons/send'
import ThumbsUp from '@lucide/svelte/icons/thumbs-up'
import TriangleAlert from '@lucide/svelte/icons/triangle-alert'
import Undo2 from '@lucide/svelte/icons/undo-2'
import type { Schemas } from '$lib/backend/api'
import { t } from '$lib/words'

export type Tone = 'good' | 'bad' | 'open' | 'active' | 'calm'

interface Look {
  icon: typeof CircleCheck
  tone: Tone
}

type Looks<T extends string> = Record<T, Look>

const verdict: Looks<Schemas['Verdict']> = {
  met: { icon: CircleCheck, tone: 'good' },
  breached: { icon: CircleX, tone: 'bad' },
  undecidable: { icon: CircleHelp, tone: 'open' },
}

const month: Looks<Schemas['MonthState']> = {
  closed: { icon: Lock, tone: 'calm' },
  in_review: { icon: Eye, tone: 'active' },
  approved: { icon: ThumbsUp, tone: 'good' },
  issued: { icon: Send, tone: 'good' },
}

const credit: Looks<Schemas['CreditState']> = {
  draft: { icon: CircleDashed, tone: 'calm' },
  in_review: { icon: Eye, tone: 'active' },
  approved: { icon: ThumbsUp, tone: 'good' },
  rejected: { icon: Ban, tone: 'bad' },
  issued: { icon: Send, tone: 'good' },
  reversed: { icon: Undo2, tone: 'open' },
}

const job: Looks<Schemas['JobState']> = {
  waiting: { icon: Clock, tone: 'calm' },
  running: { icon: Loader, tone: 'active' },
  done: { icon: CircleCheck, tone: 'good' },
  failed: { icon: CircleX, tone: 'bad' },
  cancelled: { icon: Ban, tone: 'calm' },
  interrupted: { icon: TriangleAlert, tone: 'open' },
}

const standing: Looks<Schemas['OutageStanding']> = {
  counts: { icon: CircleX, tone: 'bad' },
  excluded: { icon: Ban, tone: 'calm' },
  too_short: { icon: Clock, tone: 'calm' },
}

const request: Looks<Schemas['RequestState']> = {
  requested: { icon: Clock, tone: 'active' },
  approved: { icon: ThumbsUp, tone: 'good' },
  refused: { icon: Ban, tone: 'bad' },
  withdrawn: { icon: Undo2, tone: 'calm' },
}

const outlook: Looks<Schemas['Outlook']> = {
  lasts: { icon: CircleCheck, tone: 'good' },
  unjudged: { icon: Clock, tone: 'calm' },
  uncertain: { icon: CircleHelp, tone: 'open' },
  too_fast: { icon: TriangleAlert, tone: 'open' },
  used_up: { icon: CircleX, tone: 'bad' },
}

const account: Looks<Schemas['AccountState']> = {
  active: { icon: CircleCheck, tone: 'good' },
  disabled: { icon: Ban, tone: 'calm' },
}

const token: Looks<Schemas['TokenState'] | 'expired'> = {
  active: { icon: CircleCheck, tone: 'good' },
  expired: { icon: Clock, tone: 'calm' },
  revoked: { icon: Ban, tone: 'calm' },
}

const chain: Looks<'sound' | 'broken'> = {
  sound: { icon: CircleCheck, tone: 'good' },
  broken: { icon: CircleX, tone: 'bad' },
}

const seal: Looks<Schemas['CheckOutcome']> = {
  agrees: { icon: CircleCheck, tone: 'good' },
  differs: { icon: CircleX, tone: 'bad' },
  not_checked: { icon: CircleHelp, tone: 'open' },
}

const file: Looks<Schemas['EvidenceCheck'] | 'not_known'> = {
  sound: { icon: CircleCheck, tone: 'good' },
  missing: { icon: CircleX, tone: 'bad' },
  altered: { icon: TriangleAlert, tone: 'bad' },
  unreadable: { icon: CircleX, tone: 'bad' },
  not_known: { icon: CircleHelp, tone: 'calm' },
}

const source: Looks<'reached' | 'not_reached' | 'numbers' | 'no_numbers'> = {
  reached: { icon: CircleCheck, tone: 'good' },
  not_reached: { icon: CircleX, tone: 'bad' },
  numbers: { icon: CircleCheck, tone: 'good' },
  no_numbers: { icon: CircleX, tone: 'bad' },
}

/** Where the credentials of data sources are. */
const secret: Looks<'environment' | 'keychain' | 'nowhere' | 'locked'> = {
  environment: { icon: CircleCheck, tone: 'good' },
  keychain: { icon: Lock, tone: 'good' },
  nowhere: { icon: CircleX, tone: 'bad' },
  locked: { icon: CircleHelp, tone: 'open' },
}

/** A day of the calendar of what was captured. */
const captured: Looks<'there' | 'partial' | 'unknown' | 'missing' | 'open' | 'not_due'> = {
  there: { icon: CircleCheck, tone: 'good' },
  partial: { icon: CircleHelp, tone: 'open' },
  unknown: { icon: CircleHelp, tone: 'open' },
  missing: { icon: CircleX, tone: 'bad' },
  open: { icon: Clock, tone: 'calm' },
  not_due: { icon: CircleDashed, tone: 'calm' },
}

const kinds = {
  verdict,
  month,
  credit,
  job,
  standing,
  request,
  outlook,
  account,
  token,
  chain,
  seal,
  file,
  source,
  secret,
  'day-captured': captured,
}

export type StatusKind = keyof typeof kinds

export const statusKinds = Object.keys(kinds) as StatusKind[]

export function statesOf(kind: StatusKind): string[] {
  return Object.keys(kinds[kind])
}

/** A state that a later version of the API may know gets a question mark and its own name. */
export function statusOf(kind: StatusKind, value: string): Look & { word: string } {
  const look = (kinds[kind] as Record<string, Look>)[value] ?? { icon: CircleHelp, tone: 'calm' }
  return { ...look, word: `${kind}-${value.replaceAll('_', '-')}` }
}

/** Every state of a kind with its word, to choose from. */
export function statusOptions(kind: StatusKind): { value: string; label: string }[] {
  return statesOf(kind).map((value) => ({ value, label: t(statusOf(kind, value).word) }))
}
