// What is done in one part of a month's page, or with its credits. The buttons there and the palette, which offers it from everywhere on
// the page, take the words and the permission from here.
import type { Schemas } from '$lib/backend/api'
import { runThere, type Action } from '$lib/state/actions.svelte'
import { may, person } from '$lib/state/person.svelte'
import { route } from '$lib/route/route.svelte'
import { Draft } from '$lib/text/draft.svelte'
import { t } from '$lib/words'
import { creditKey } from '$rooms/workflow/credits'
import { creditSteps, type MonthRef, type MonthView } from '$rooms/workflow/steps'
import { promiseTitle } from './figures'

export const restate = {
  id: 'restate',
  label: () => `${t('restate')} …`,
  isAllowed: () => may('months.close'),
}

export const writeLetter = {
  id: 'letter-write',
  label: () => t('letter-write'),
  /** The letter of a month that was issued was sent. */
  isAllowed: (state: string) => may('months.review') && state !== 'issued',
}

/** A draft is of the month: when it is restated meanwhile, what somebody wrote stays and says from which revision it was begun. */
export const draftOfLetter = ({ tenant, contract, month }: MonthRef, revision: number, current: string) =>
  new Draft(['letter', person()?.account, tenant, contract, month].join('/'), current, String(revision))

export const askExclusion = {
  id: 'ask-exclusion',
  label: () => `${t('ask-exclusion')} …`,
  isAllowed: () => may('exclusions.request'),
}

/** What a document is called on somebody's own machine. */
export const fileOf = (at: MonthRef, document: string) => `${at.tenant}-${at.month}-${document}`

const REPORT = 'report.pdf'

/** What can be done from the page of a month, but in another part of it than the one that is open, or in another room. */
export function elsewhere(
  at: MonthRef,
  view: MonthView,
  record: Schemas['MonthRecord'] | undefined,
  open: string,
  asker: { account: string },
): Action[] {
  const parts: [part: string, id: string, label: string, isAllowed: boolean][] = [
    ['promises', askExclusion.id, askExclusion.label(), askExclusion.isAllowed()],
    ['documents', writeLetter.id, writeLetter.label(), writeLetter.isAllowed(view.state)],
    [
      'documents',
      `download ${fileOf(at, REPORT)}`,
      t('document-download', { name: REPORT }),
      may('documents.read'),
    ],
    ['revisions', restate.id, restate.label(), restate.isAllowed()],
  ]
  return [
    ...view.credits.flatMap((credit) =>
      creditSteps(view, credit, asker)
        .filter((one) => one.blocked === null)
        .map(({ step }) => ({
          id: `step-${step}`,
          label: t(`step-${step}`),
          note: promiseTitle(record, credit.commitment),
          run: () =>
            runThere(`step-${step}`, () =>
              route.go(['credits'], { credit: creditKey({ ...at, commitment: credit.commitment }) }),
            ),
        })),
    ),
    ...parts
      .filter(([part, , , isAllowed]) => part !== open && isAllowed)
      .map(([part, id, label]) => ({
        id,
        label,
        note: t(`month-part-${part}`),
        run: () => runThere(id, () => route.set({ tab: part }, 'replace')),
      })),
  ]
}
