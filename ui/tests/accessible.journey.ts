import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn, startBrowser, startDesk } from './desk.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let desk: Awaited<ReturnType<typeof startDesk>>
let browser: Browser

beforeAll(async () => {
  desk = await startDesk()
  browser = await startBrowser()
  for (const tenant of ['prairie', 'alpenbahn'])
    await desk.as('mara', 'POST', `/months/${tenant}/${tenant}-platform/2026-10/steps`, {
      step: 'submit',
      note: '',
    })
  await desk.as('mara', 'POST', '/jobs', { kind: 'close', month: '2020-01' })
})

afterAll(async () => {
  await browser?.close()
  await desk?.stop()
})

const month = 'months/alpenbahn/alpenbahn-platform?month=2026-10'
const places: [account: string, place: string][] = [
  ['fee', 'overview?month=2026-10'],
  ['fee', 'credits?month=2026-10'],
  ['fee', 'credits?month=2026-10&credit=prairie%2Fprairie-platform%2F2026-10%2Favailability'],
  ['fee', 'credits?month=2026-10&state=reversed'],
  ['fee', 'customers?month=2026-10'],
  ['fee', 'months?month=2026-10'],
  ...['promises', 'outages', 'explanation', 'documents', 'evidence', 'revisions', 'history'].map(
    (tab): [string, string] => ['fee', `${month}&tab=${tab}`],
  ),
  ['fee', `${month}&figure=availability/attained`],
  ['fee', `${month}&tab=documents&preview=report`],
  ['mara', `${month}&tab=revisions`],
  ['mara', 'close?month=2026-10'],
  ['gwen', 'audit?month=2026-10'],
  ['otto', 'catalogue?month=2026-10'],
  ...['edit', 'changes', 'effects'].map((view): [string, string] => [
    'otto',
    `catalogue/Contract/prairie-platform.1?month=2026-10&view=${view}`,
  ]),
  ['otto', 'catalogue/new/Contract?month=2026-10&template=slack-2024'],
  ['otto', 'catalogue/DataSource/measurements?month=2026-10'],
  ['fee', 'evidence?month=2026-10'],
  ['fee', 'evidence?month=2026-10&view=calendar'],
]

interface Finding {
  id: string
  impact: string | null
  nodes: { html: string; failureSummary?: string }[]
}

const kinds = (['en', 'de'] as const).flatMap((language) =>
  (['light', 'dark'] as const).map((theme) => ({ language, theme })),
)

test.each(kinds)(
  'nothing serious on any page: $language, $theme',
  { timeout: 240_000 },
  async ({ language, theme }) => {
    for (const account of new Set(places.map(([who]) => who))) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        colorScheme: theme,
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      await signIn(page, desk.address, account, language)
      // Evaluated by the test's own hand: the page's policy would refuse it as an inline script.
      await page.evaluate(axe)
      for (const [, place] of places.filter(([who]) => who === account)) {
        await page.evaluate((hash) => (location.hash = hash), `#/${place}`)
        await page.locator('main h1').waitFor()
        await page.waitForFunction(
          () => document.querySelector('main .skeleton, [aria-busy="true"]') === null,
        )
        const { violations } = (await page.evaluate(
          'axe.run(document, { resultTypes: ["violations"] })',
        )) as { violations: Finding[] }
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        expect(
          serious.map(({ id, nodes }) => ({
            place,
            id,
            where: nodes.slice(0, 3).map((node) => node.html.slice(0, 200)),
            why: nodes[0]?.failureSummary,
          })),
        ).toEqual([])
      }
      await context.close()
    }
  },
)
