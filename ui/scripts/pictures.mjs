// Pictures of every page, for eyes: two sizes, both languages, both themes, into the folder that is named.
//   SLA_BIN=… node scripts/pictures.mjs DIR [only these pages]
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { signIn, startBrowser, startDesk } from '../tests/desk.mjs'

const [folder = '/tmp/sla-desk-pictures', ...only] = process.argv.slice(2)
const sizes = { small: { width: 1280, height: 800 }, large: { width: 1920, height: 1080 } }
const prairie = 'months/prairie/prairie-platform?month=2026-10'
const contract = 'catalogue/Contract/prairie-platform.1'
const alpenbahn = 'months/alpenbahn/alpenbahn-platform?month=2026-10'

const scrollTo = (page, selector) =>
  page
    .locator(selector)
    .first()
    .evaluate((found) => (found.closest('figure') ?? found).scrollIntoView())

const key = (page, name) => async () => {
  await page.keyboard.press(name)
  await page.locator('[role="dialog"]').waitFor()
}

/** Who looks, where, and what is done before the picture. */
const pages = {
  overview: ['fee', 'overview'],
  'overview-empty': ['mara', 'overview?month=2025-01'],
  credits: ['fee', 'credits'],
  'credit-panel': ['fee', 'credits?month=2026-10&credit=prairie%2Fprairie-platform%2F2026-10%2Favailability'],
  'credit-decide': [
    'fee',
    'credits?month=2026-10&credit=prairie%2Fprairie-platform%2F2026-10%2Favailability',
    (page) => page.locator('[data-step="decide"]').click(),
  ],
  'credits-filtered-empty': ['fee', 'credits?month=2026-10&state=reversed'],
  customers: ['fee', 'customers'],
  months: ['fee', 'months'],
  'month-promises': ['fee', alpenbahn],
  'month-range': ['fee', prairie],
  'month-burn': ['fee', alpenbahn, (page) => scrollTo(page, 'main figure')],
  'month-hours': ['fee', alpenbahn, (page) => scrollTo(page, 'main [role="grid"]')],
  'month-hours-range': ['fee', prairie, (page) => scrollTo(page, 'main [role="grid"]')],
  'month-figure': ['fee', `${alpenbahn}&figure=availability/attained`],
  'month-figure-credit': ['fee', `${prairie}&figure=availability/credit`],
  'month-ask': [
    'mara',
    alpenbahn,
    async (page) => {
      await page.locator('main [role="gridcell"]').nth(100).click()
      await page.keyboard.press('Shift+ArrowRight')
      await page.locator('[data-ask-marked]').click()
      await page.locator('[data-send-exclusion]').click()
    },
  ],
  'month-outages': ['fee', `${alpenbahn}&tab=outages`],
  'month-outage': [
    'mara',
    `${alpenbahn}&tab=outages`,
    (page) => page.locator('[data-outage]').first().press('Enter'),
  ],
  'month-revisions': [
    'mara',
    `${alpenbahn}&tab=revisions`,
    (page) => page.locator('[data-begin-restate]').click(),
  ],
  'month-documents': ['fee', `${alpenbahn}&tab=documents`],
  'month-letter': [
    'mara',
    `${alpenbahn}&tab=documents&preview=report`,
    async (page) => {
      await page.locator('canvas[data-drawn]').waitFor()
      await page.locator('[data-write-letter], [data-letter]').first().click()
      await page.locator('[data-letter]').fill('# Ein eigener Betreff\n\nGuten Tag,\n\nein eigener Satz.\n')
      await page.locator('.looks button').last().click()
      await scrollTo(page, '.beside')
    },
  ],
  'month-evidence': ['fee', `${prairie}&tab=evidence`],
  'month-explanation': ['fee', `${alpenbahn}&tab=explanation`],
  'month-history': ['fee', `${prairie}&tab=history`],
  close: ['mara', 'close'],
  catalogue: ['otto', 'catalogue'],
  'catalogue-contract': ['otto', contract],
  'catalogue-changes': ['otto', `${contract}?view=changes`, (page) => page.locator('main nav').waitFor()],
  'catalogue-effects': [
    'otto',
    `${contract}?view=effects`,
    (page) => page.locator('main .actions button').last().click(),
  ],
  'catalogue-new': ['otto', 'catalogue/new/Contract?template=msp-availability-de'],
  'catalogue-source': ['otto', 'catalogue/DataSource/measurements'],
  evidence: ['fee', 'evidence?month=2026-10'],
  'evidence-panel': [
    'fee',
    'evidence?month=2026-10',
    (page) => page.locator('tbody tr[data-index="0"]').click(),
  ],
  'evidence-calendar': ['fee', 'evidence?month=2026-10&view=calendar'],
  audit: ['gwen', 'audit', (page) => page.locator('[data-verify]').click()],
  palette: ['fee', 'overview', (page) => key(page, 'Control+k')()],
  shortcuts: ['fee', 'overview', (page) => key(page, '?')()],
  'account-menu': ['fee', 'overview', (page) => page.locator('.account').click()],
}

const desk = await startDesk()
const browser = await startBrowser()
try {
  await mkdir(folder, { recursive: true })
  for (const tenant of ['prairie', 'alpenbahn'])
    await desk.as('mara', 'POST', `/months/${tenant}/${tenant}-platform/2026-10/steps`, {
      step: 'submit',
      note: '',
    })
  await desk.as('ole', 'POST', '/months/prairie/prairie-platform/2026-10/credits/availability/steps', {
    step: 'decide',
    amount: '490.00',
    note: 'Half of the unknown time is shown as up by the customer’s own monitoring.',
  })
  await desk.as('mara', 'POST', '/jobs', { kind: 'close', month: '2026-11' })
  await desk.as('mara', 'POST', '/jobs', { kind: 'close', month: '2026-10' })
  for (const [size, viewport] of Object.entries(sizes))
    for (const language of ['en', 'de'])
      for (const colorScheme of ['light', 'dark'])
        await takeAll(`${size}-${language}-${colorScheme}`, { viewport, colorScheme }, language)
  await takeGallery()
  console.log(folder)
} finally {
  await browser.close()
  await desk.stop()
}

async function takeAll(kind, options, language) {
  const chosen = Object.entries(pages).filter(([name]) => only.length === 0 || only.includes(name))
  for (const account of new Set(chosen.map(([, [who]]) => who))) {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
    const page = await context.newPage()
    if (account === chosen[0]?.[1][0] && (only.length === 0 || only.includes('sign-in'))) {
      await page.addInitScript((code) => localStorage.setItem('sla-desk.language', code), language)
      await page.goto(desk.address)
      await page.locator('form').waitFor()
      await page.screenshot({ path: join(folder, `sign-in-${kind}.png`) })
    }
    await signIn(page, desk.address, account, language)
    for (const [name, [who, place, prepare]] of chosen) {
      if (who !== account) continue
      await page.goto('about:blank')
      await page.goto(`${desk.address}/#/${place}`)
      await settled(page)
      await prepare?.(page)
      await settled(page)
      await page.screenshot({ path: join(folder, `${name}-${kind}.png`) })
    }
    await context.close()
  }
}

/** The parts in all of their states, when `npm run gallery` has built them. */
async function takeGallery() {
  const dist = fileURLToPath(new URL('../dist-gallery', import.meta.url))
  if (!existsSync(dist) || (only.length > 0 && !only.includes('gallery'))) return
  const gallery = await startDesk('dist-gallery')
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({
      viewport: sizes.small,
      colorScheme,
      reducedMotion: 'reduce',
      locale: 'de-DE',
    })
    await page.goto(`${gallery.address}`)
    await page.locator('#fifty-thousand tbody tr').first().waitFor()
    await page.screenshot({ path: join(folder, `gallery-${colorScheme}.png`), fullPage: true })
    await page.close()
  }
  await gallery.stop()
}

async function settled(page) {
  await page.locator('main h1, main h3').first().waitFor()
  await page.waitForFunction(
    () =>
      document.querySelector('.skeleton, [aria-busy="true"]') === null && document.fonts.status === 'loaded',
  )
}
