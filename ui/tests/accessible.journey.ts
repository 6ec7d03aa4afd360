import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arrive, signIn, startBrowser, startDesk } from './desk.mjs'
import { LOOKS } from './walking'

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
  // Something for a customer's own eyes.
  for (const [account, step] of [
    ['mara', 'submit'],
    ['ole', 'approve'],
    ['mara', 'issue'],
  ] as const)
    await desk.as(account, 'POST', '/months/nordlicht/nordlicht-platform/2026-10/steps', { step, note: '' })
})

afterAll(async () => {
  await browser?.close()
  await desk?.stop()
})

/** What is done before a look: a dialog, a panel or a menu is opened. */
type Prepare = (page: Page) => Promise<unknown>
const click =
  (...parts: string[]): Prepare =>
  async (page) => {
    for (const part of parts) await page.locator(part).first().click()
  }
const key =
  (name: string): Prepare =>
  async (page) => {
    await page.keyboard.press(name)
    await page.locator('[role="dialog"]').waitFor()
  }
const markAnHour: Prepare = async (page) => {
  await page.locator('main [role="gridcell"]').nth(100).click()
  await page.locator('[data-ask-marked]').click()
  // With everything that is missing said.
  await page.locator('[data-send-exclusion]').click()
}

const typeBadTarget: Prepare = async (page) => {
  const target = page.locator('[data-path="spec.commitments.0.target"] input')
  await target.fill('99.999')
  await target.press('Tab')
  await page.locator('li.error').first().waitFor()
}

const month = 'months/alpenbahn/alpenbahn-platform?month=2026-10'
const places: [account: string, place: string, prepare?: Prepare][] = [
  ['fee', 'overview?month=2026-10'],
  ['fee', 'credits?month=2026-10'],
  ['fee', 'credits?month=2026-10&credit=prairie%2Fprairie-platform%2F2026-10%2Favailability'],
  ['fee', 'credits?month=2026-10&state=reversed'],
  ['fee', 'credits?month=2026-10&statement=open'],
  ['fee', 'months?month=2026-10&portfolio=open'],
  ['gwen', 'audit?month=2026-10&summary=open'],
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
  ['mara', 'evidence?month=2026-10&view=days'],
  ['fee', 'overview?month=2025-01'],
  ['fee', 'overview?month=2026-10', click('main figure button')],
  ['fee', 'overview?month=2026-10', key('Control+k')],
  ['fee', 'overview?month=2026-10', key('?')],
  ['fee', 'overview?month=2026-10', click('.account')],
  ['fee', 'overview?month=2026-10', click('.customer-switch')],
  ['fee', 'overview?month=2026-10', click('.account', '[role="menuitem"] >> nth=1')],
  ['fee', 'months?month=2026-10', click('.chip-open')],
  ['fee', 'months/nordlicht/nordlicht-platform?month=2020-01'],
  ['fee', 'nowhere?month=2026-10'],
  [
    'fee',
    'credits?month=2026-10&credit=prairie%2Fprairie-platform%2F2026-10%2Favailability',
    click('aside [data-step="decide"]', 'aside [data-confirm]'),
  ],
  ['fee', 'credits?month=2026-10&tenant=alpenbahn', click('thead input[type="checkbox"]', '[data-bulk]')],
  ['fee', 'evidence?month=2026-10', click('tbody tr[data-index="0"]')],
  ['fee', 'settings?month=2026-10'],
  ['mara', month, markAnHour],
  ['mara', `${month}&tab=outages`, (page) => page.locator('[data-outage]').first().press('Enter')],
  ['mara', `${month}&tab=revisions`, click('[data-begin-restate]', '[data-restate]')],
  ['mara', `${month}&tab=documents`, click('[data-write-letter]')],
  ['mara', 'close?month=2026-10', click('main input[type="radio"] >> nth=1')],
  ['gwen', 'audit?month=2026-10', click('[data-verify]', 'tbody tr[data-index="0"]')],
  ['otto', 'catalogue/Contract/prairie-platform.1?month=2026-10', typeBadTarget],
  ['otto', 'settings?month=2026-10', click('[data-app="set-up"]')],
  ...['people', 'tokens', 'limits'].flatMap((tab): typeof places => [
    ['anna', `settings?month=2026-10&tab=${tab}`],
    ['anna', `settings?month=2026-10&tab=${tab}`, click('[data-add]')],
  ]),
]

interface Finding {
  id: string
  impact: string | null
  nodes: { html: string; failureSummary?: string }[]
}

/** Looks at what is shown, once it is all there. */
async function look(page: Page, place: string): Promise<void> {
  await page.waitForFunction(() => document.querySelector('main .skeleton, [aria-busy="true"]') === null)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: Finding[]
  }
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

describe.each(LOOKS)('nothing serious: $language, $theme', ({ language, theme }) => {
  async function open(): Promise<Page> {
    const options = { viewport: { width: 1280, height: 800 }, colorScheme: theme } as const
    return (await browser.newContext({ ...options, reducedMotion: 'reduce' })).newPage()
  }

  test('before and after signing in fails', async () => {
    const page = await open()
    await arrive(page, desk.address, language)
    await page.evaluate(axe)
    await look(page, 'sign-in')
    await page.locator('input[name="username"]').fill('fee')
    await page.locator('input[name="password"]').fill('wrong')
    await page.locator('form button[type="submit"]').click()
    await page.getByRole('alert').waitFor()
    await look(page, 'sign-in refused')
    await page.context().close()
  })

  test.each([...new Set(places.map(([who]) => who))])(
    'on any page of %s, nor in what opens there',
    { timeout: 240_000 },
    async (account) => {
      const page = await open()
      await signIn(page, desk.address, account, language)
      // Evaluated by the test's own hand: the page's policy would refuse it as an inline script.
      await page.evaluate(axe)
      for (const [, place, prepare] of places.filter(([who]) => who === account)) {
        await page.evaluate((hash) => (location.hash = hash), `#/${place}`)
        await page.locator('main h1, main h2, main h3').first().waitFor()
        await prepare?.(page)
        await look(page, `${place}${prepare === undefined ? '' : ', opened'}`)
        // Closed again, whatever it was; elsewhere before the next, which may be the same place.
        if (prepare !== undefined) {
          await page.keyboard.press('Escape')
          await page.evaluate(() => (location.hash = '#/settings?month=2026-10'))
          await page.locator('nav a[href^="#/settings"][aria-current="page"]').waitFor()
        }
      }
      await page.context().close()
    },
  )

  test('in the portal of a customer', async () => {
    const page = await open()
    await signIn(page, desk.address, 'vera', language)
    await page.evaluate(axe)
    await look(page, 'portal')
    await page.locator('main a[href*="2026-10"]').first().click()
    await page.locator('main h1').getByText('2026').waitFor()
    await look(page, 'portal, a month')
    await page.context().close()
  })
})
